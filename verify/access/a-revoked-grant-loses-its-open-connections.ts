import { type Check, inconclusive } from "../check.ts";
import { summarizeAttempt } from "../client/attempt.ts";
import { describeAttempt, judgeRefusal, openDoor, requireInsider } from "../client/ingress-access.ts";

export const aRevokedGrantLosesItsOpenConnections: Check = {
  claim: "a revoked grant loses its open connections",
  proof:
    "a connection that was opened and used twice before the grant's revocation is rejected immediately after it",
  timeoutMs: 20_000,
  async run(context) {
    const token = await context.tokens.shared();
    const name = context.uniqueName("connected");
    const insider = await context.target.grants.issue({ name, lifetimeSeconds: 600 });
    let revoked = false;
    context.defer(() => (revoked ? undefined : context.target.grants.revoke(name)));
    const client = context.ingress.open({ insider });
    context.defer(client.close);
    const request = { path: openDoor, headers: { authorization: `Bearer ${token}` }, signal: context.signal };

    const first = await client.attempt(request);
    const second = await client.attempt(request);
    context.evidence.record("before: first request", summarizeAttempt(first));
    context.evidence.record("before: second request", summarizeAttempt(second));
    if (first.outcome !== "responded" || second.outcome !== "responded" || second.status !== 200) {
      return inconclusive(`before it is revoked the grant should get 200 but ${describeAttempt(second)}`);
    }
    if (!second.connection.reused)
      return inconclusive("the ingress keeps no connection open, so none can be closed");
    await context.target.grants.revoke(name);
    revoked = true;
    const after = await client.attempt(request);
    context.evidence.record("after: on the open connection", summarizeAttempt(after));
    await requireInsider(context);
    return judgeRefusal(after, "the holder of a revoked grant, on a connection opened before");
  },
};
