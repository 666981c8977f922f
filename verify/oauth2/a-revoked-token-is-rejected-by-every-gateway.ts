import { type Check, type CheckContext, fail, inconclusive, pass } from "../check.ts";
import { readGatewayService } from "../client/gateway-service.ts";
import type { HttpClient } from "../client/http.ts";

/** Connections per gateway, enough to reach every gateway: with 3 gateways one run in 60,000 would miss one. */
const connectionsPerGateway = 10;

export const aRevokedTokenIsRejectedByEveryGateway: Check = {
  claim: "a revoked token is rejected by every gateway",
  proof: "ten open connections per gateway: all get 200 before the revocation and 401 immediately after it",
  timeoutMs: 20_000,
  async run(context) {
    const gateways = (await readGatewayService(context)).running;
    const token = await context.tokens.issue();
    const clients = Array.from({ length: connectionsPerGateway * gateways }, () => context.ingress.open());
    context.defer(() => {
      for (const client of clients) client.close();
    });
    const before = await askAll(context, clients, token);
    const notGood = before.filter((status) => status !== 200);
    if (notGood.length > 0 || before.length === 0)
      return inconclusive(
        `the token should be valid on ${clients.length} connections; ${notGood.length} got ${notGood[0]}`,
      );
    await context.tokens.revoke(token);
    const after = await askAll(context, clients, token);
    context.evidence.record("on open connections", { gateways, before, after });
    const alive = after.filter((status) => status !== 401);
    return alive.length > 0
      ? fail(`${alive.length} of ${clients.length} requests immediately after the revocation got ${alive[0]}`)
      : pass(
          `${clients.length} open connections to ${gateways} gateways: 200 before the revocation, 401 immediately after`,
        );
  },
};

function askAll(context: CheckContext, clients: readonly HttpClient[], token: string): Promise<number[]> {
  return Promise.all(
    clients.map(async (client) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await client.request({ path: "/verify/echo", headers, signal: context.signal });
      return response.status;
    }),
  );
}
