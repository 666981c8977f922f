import { type Check, pass } from "../check.ts";
import { ask, requireResponse } from "../client/insider-request.ts";
import { guardedRoute, judgeRefusal } from "./token-refusal.ts";

/** None of these is a credential as defined in RFC 6750 section 2.1. */
const malformed = ["Bearer", "Bearer two words", 'Bearer "quoted"', "Bearer <token>", "Bearer a,b"];

export const aMalformedTokenGets401: Check = {
  claim: "a malformed token gets 401",
  proof: "five malformed headers get 401 with `invalid_token` or `invalid_request`",
  timeoutMs: 20_000,
  async run(context) {
    await requireResponse(context, guardedRoute);
    for (const authorization of malformed) {
      const what = `Authorization: ${authorization}`;
      const response = await ask(context, { what, path: guardedRoute, headers: { authorization } });
      const finding = judgeRefusal(response, what, {
        status: 401,
        errors: ["invalid_token", "invalid_request"],
      });
      if (finding.verdict !== "passed") return finding;
    }
    return pass(`${malformed.length} malformed tokens return 401 with a challenge`);
  },
};
