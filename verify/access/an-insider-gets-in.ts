import { broken, type Check, held } from "../check.ts";
import { describeAttempt, tryToEnter } from "./entry.ts";

export const anInsiderGetsIn: Check = {
  claim: "an insider gets in",
  timeoutMs: 15_000,
  async run(context) {
    const attempt = await tryToEnter(context, "an insider", {});
    if (attempt.outcome === "answered" && attempt.status === 200)
      return held(`an insider is answered 200 in ${attempt.elapsedMs} ms`);
    return broken(`an insider with a good token should be answered 200 and was ${describeAttempt(attempt)}`);
  },
};
