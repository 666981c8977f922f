import { type Check, inconclusive } from "../check.ts";
import { describeAttempt, judgeRefusal, requireInsider, tryToEnter } from "../client/ingress-access.ts";

export const aRevokedGrantDoesNotGetIn: Check = {
  claim: "a revoked grant does not get in",
  proof: "a grant is accepted at first and rejected immediately after its revocation",
  timeoutMs: 20_000,
  async run(context) {
    const name = context.uniqueName("revoked");
    const insider = await context.target.grants.issue({ name, lifetimeSeconds: 600 });
    const before = await tryToEnter(context, "before it is revoked", { insider });
    if (before.outcome !== "responded" || before.status !== 200) {
      await context.target.grants.revoke(name);
      return inconclusive(`the grant should be accepted before it is revoked but ${describeAttempt(before)}`);
    }
    await context.target.grants.revoke(name);
    const who = "the holder of a revoked grant";
    const after = await tryToEnter(context, who, { insider });
    await requireInsider(context);
    return judgeRefusal(after, who);
  },
};
