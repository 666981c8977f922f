import { type Check, inconclusive, pass } from "../check.ts";
import { ask } from "../client/insider-request.ts";
import { guardedRoute, judgeRefusal } from "./token-refusal.ts";

/** Enough requests, each on its own connection, to reach every gateway. */
const requestsAfter = 9;

export const aRevokedTokenGets401: Check = {
  claim: "a revoked token gets 401",
  proof:
    "immediately after its revocation (RFC 7009), nine requests on new connections get 401 with `invalid_token`",
  timeoutMs: 20_000,
  async run(context) {
    const token = await context.tokens.issue();
    const before = await ask(context, { what: "before it is revoked", path: guardedRoute, token });
    if (before.status !== 200)
      return inconclusive(`the token should be valid before it is revoked but got ${before.status}`);
    await context.tokens.revoke(token);
    for (let count = 1; count <= requestsAfter; count += 1) {
      const what = `request ${count} with the revoked token`;
      const response = await ask(context, { what, path: guardedRoute, token });
      const finding = judgeRefusal(response, what, { status: 401, errors: ["invalid_token"] });
      if (finding.verdict !== "passed") return finding;
    }
    return pass(`${requestsAfter} requests immediately after the revocation return 401`);
  },
};
