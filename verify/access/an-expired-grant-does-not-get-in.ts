import { X509Certificate } from "node:crypto";
import { type Check, inconclusive } from "../check.ts";
import { describeAttempt, judgeRefusal, requireInsider, tryToEnter } from "../client/ingress-access.ts";
import { waitUntil } from "../client/wait.ts";

/** Long enough to be accepted once first, short enough to wait for. Certificate times have whole seconds. */
const lifetimeSeconds = 2;

export const anExpiredGrantDoesNotGetIn: Check = {
  claim: "an expired grant does not get in",
  proof: "a grant with a lifetime of 2 seconds is accepted at first and rejected after it expires",
  timeoutMs: 20_000,
  async run(context) {
    await context.tokens.shared();
    const name = context.uniqueName("expiring");
    const insider = await context.target.grants.issue({ name, lifetimeSeconds });
    context.defer(() => context.target.grants.revoke(name));
    const expiresAt = Date.parse(new X509Certificate(insider.certificate).validTo);
    context.evidence.record("grant", { name, expiresAt: new Date(expiresAt).toISOString() });
    const before = await tryToEnter(context, "before it expires", { insider });
    if (before.outcome !== "responded" || before.status !== 200) {
      return inconclusive(`the grant should be accepted before it expires but ${describeAttempt(before)}`);
    }
    context.progress("waiting for the grant to expire");
    // A certificate is valid through the second of its end.
    const expired = () => Date.now() >= expiresAt + 1_000;
    await waitUntil("the grant's expiry", expired, { withinMs: 10_000, everyMs: 50, signal: context.signal });
    const who = "the holder of an expired grant";
    const after = await tryToEnter(context, who, { insider });
    await requireInsider(context);
    return judgeRefusal(after, who);
  },
};
