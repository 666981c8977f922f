import { type Check, type CheckContext, type Finding, fail, pass } from "../check.ts";
import { ask, readEcho } from "../client/insider-request.ts";
import { readScope, writeScope } from "../client/tokens.ts";
import { guardedRoute } from "./token-refusal.ts";

export const anAuthorizedRequestReachesTheUpstream: Check = {
  claim: "an authorized request reaches the upstream",
  proof: "GET and POST arrive with method, path, query and custom headers unchanged",
  timeoutMs: 15_000,
  async run(context) {
    const token = await context.tokens.issue(`${readScope} ${writeScope}`);
    for (const method of ["GET", "POST"]) {
      const finding = await checkMethod(context, method, token);
      if (finding.verdict !== "passed") return finding;
    }
    return pass("GET and POST reach the upstream with method, path and query unchanged");
  },
};

async function checkMethod(context: CheckContext, method: string, token: string): Promise<Finding> {
  const probe = context.uniqueName("probe");
  const path = `${guardedRoute}?probe=${probe}&empty=&again=1&again=2`;
  const what = `${method} ${path}`;
  const response = await ask(context, {
    what,
    method,
    path,
    token,
    headers: { "x-probe": probe },
    ...(method === "POST" ? { body: probe } : {}),
  });
  if (response.status !== 200) return fail(`${what} should return 200 but returned ${response.status}`);
  const echo = readEcho(response);
  if (echo === undefined) return fail(`${what} got its response from something other than the upstream`);
  context.evidence.record(`what the upstream saw of ${method}`, {
    method: echo.method,
    path: echo.path,
    fields: Object.keys(echo.headers),
  });
  if (echo.method !== method || echo.path !== path)
    return fail(`${what} reached the upstream as ${echo.method} ${echo.path}`);
  if (echo.headers["x-probe"] !== probe)
    return fail(`${what} reached the upstream without its own header field x-probe`);
  return pass(what);
}
