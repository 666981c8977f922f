import { type Check, fail, pass } from "../check.ts";
import { readEcho } from "../client/insider-request.ts";

export const aTokenDoesNotReachTheUpstream: Check = {
  claim: "a token does not reach the upstream",
  proof: "an authorized request as the upstream receives it does not contain the token",
  timeoutMs: 15_000,
  async run(context) {
    const token = await context.tokens.issue();
    const response = await context.ingress.attempt({
      path: "/verify/echo",
      headers: { authorization: `Bearer ${token}` },
      signal: context.signal,
    });
    const echo = response.outcome === "responded" ? readEcho(response) : undefined;
    if (response.outcome !== "responded" || response.status !== 200 || echo === undefined)
      return fail("an authorized request should return 200 from the upstream");
    context.evidence.record("what the upstream saw", { fields: Object.keys(echo.headers) });
    return response.body.includes(token)
      ? fail("the upstream receives the token and could use it")
      : pass(
          `none of ${Object.keys(echo.headers).length} headers received by the upstream contains the token`,
        );
  },
};
