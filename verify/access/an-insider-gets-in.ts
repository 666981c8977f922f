import { type Check, fail, pass } from "../check.ts";
import { summarizeAttempt } from "../client/attempt.ts";
import { describeAttempt, isLetIn, openDoor, tryToEnter } from "../client/ingress-access.ts";

export const anInsiderGetsIn: Check = {
  claim: "an insider gets in",
  proof: "a client with a grant reaches the gateway, and gets 200 with a token",
  timeoutMs: 15_000,
  async run(context) {
    // Without a token first: a closed ingress would also prevent fetching the token, and hide the cause.
    const withoutToken = await context.ingress.attempt({ path: openDoor, signal: context.signal });
    context.evidence.record("an insider without a token", summarizeAttempt(withoutToken));
    if (!isLetIn(withoutToken))
      return fail(`an insider should reach the gateway but ${describeAttempt(withoutToken)}`);
    const attempt = await tryToEnter(context, "an insider with a token", {});
    if (attempt.outcome === "responded" && attempt.status === 200) {
      return pass(`an insider gets 200 after ${attempt.elapsedMs} ms`);
    }
    return fail(`an insider with a valid token should get 200 but ${describeAttempt(attempt)}`);
  },
};
