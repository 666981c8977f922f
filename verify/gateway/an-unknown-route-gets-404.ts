import { type Check, fail, pass } from "../check.ts";
import { ask, requireResponse } from "../client/insider-request.ts";
import { guardedRoute } from "./token-refusal.ts";

export const anUnknownRouteGets404: Check = {
  claim: "an unknown route gets 404",
  proof: "an authorized request for a path without a route gets 404",
  timeoutMs: 15_000,
  async run(context) {
    await requireResponse(context, guardedRoute);
    const path = `/verify/${context.uniqueName("nowhere")}`;
    const response = await ask(context, { what: `GET ${path}`, path, token: await context.tokens.shared() });
    return response.status === 404
      ? pass(`GET ${path} returns 404`)
      : fail(`GET ${path} should return 404 but returned ${response.status}`);
  },
};
