import { type Check, fail, pass } from "../check.ts";
import { ask, requireResponse } from "../client/insider-request.ts";
import { guardedRoute } from "./token-refusal.ts";

export const aDeadUpstreamGets502: Check = {
  claim: "a dead upstream gets 502",
  proof: "a route whose upstream is down gets 502",
  timeoutMs: 20_000,
  async run(context) {
    await requireResponse(context, guardedRoute);
    const path = "/verify/dead";
    const response = await ask(context, { what: `GET ${path}`, path, token: await context.tokens.shared() });
    return response.status === 502
      ? pass(`GET ${path}, whose upstream is down, returns 502 in ${response.elapsedMs} ms`)
      : fail(`GET ${path}, whose upstream is down, should return 502 but returned ${response.status}`);
  },
};
