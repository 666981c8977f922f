import { type Check, fail, inconclusive, pass } from "../check.ts";
import { waitForLines } from "./delivered-log.ts";
import { sendLogged } from "./logged-request.ts";

export const aRequestIsInTheAccessLog: Check = {
  claim: "a request is in the access log",
  proof:
    "a served and a rejected request are found by their request IDs, with method, path, status and client",
  timeoutMs: 400_000,
  async run(context) {
    const since = Date.now();
    const path = "/verify/echo";
    const headers = { authorization: `Bearer ${await context.tokens.shared()}` };
    const served = await sendLogged(context, "a served request", { path, headers });
    const refused = await sendLogged(context, "a refused request", { path });
    if (served.response.status !== 200 || refused.response.status !== 401)
      return inconclusive(
        `the requests should return 200 and 401 but returned ${served.response.status} and ${refused.response.status}`,
      );
    const { lines } = await waitForLines(context, [served.id, refused.id], since);
    for (const [what, { id, response }] of Object.entries({ served, refused })) {
      const line = lines.get(id);
      context.evidence.record(`the log line of the ${what} request`, line ?? "none");
      if (line === undefined) return fail(`the ${what} request ${id} is not in the access log`);
      if (line.method !== "GET" || line.path !== path || line.status !== response.status)
        return fail(
          `the ${what} request GET ${path} ${response.status} is in the access log as ${line.method} ${line.path} ${line.status}`,
        );
    }
    const { clientId } = context.target.outputs.verifier;
    if (lines.get(served.id)?.client !== clientId)
      return fail(`the access log does not name ${clientId} as the client of the served request`);
    return pass(`a served and a refused request are in the access log after ${Date.now() - since} ms`);
  },
};
