import { type Check, fail, inconclusive } from "../check.ts";
import { parseChallenges } from "../client/challenge.ts";
import { ask, requireResponse } from "../client/insider-request.ts";
import { readScope, writeScope } from "../client/tokens.ts";
import { guardedRoute, judgeRefusal } from "./token-refusal.ts";

export const aMissingScopeGets403: Check = {
  claim: "a missing scope gets 403",
  proof:
    "a token for another scope gets 403 with `insufficient_scope`, although it is valid for its own scope",
  timeoutMs: 15_000,
  async run(context) {
    await requireResponse(context, guardedRoute);
    const token = await context.tokens.issue(writeScope);
    const own = await ask(context, {
      what: "control: what the token's scope allows",
      method: "POST",
      path: guardedRoute,
      token,
    });
    if (own.status !== 200)
      return inconclusive(`the token should be accepted for POST ${guardedRoute} but got ${own.status}`);
    const what = `a token without ${readScope}`;
    const response = await ask(context, { what, path: guardedRoute, token });
    const finding = judgeRefusal(response, what, { status: 403, errors: ["insufficient_scope"] });
    const challenge = parseChallenges(response.headers["www-authenticate"] ?? "")?.[0];
    const named = challenge?.parameters.scope;
    if (finding.verdict === "passed" && named !== undefined && !named.split(" ").includes(readScope)) {
      return fail(`the challenge for ${what} requires ${named}; it should require ${readScope}`);
    }
    return finding;
  },
};
