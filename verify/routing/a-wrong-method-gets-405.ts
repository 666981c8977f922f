import { type Check, fail, pass } from "../check.ts";
import { ask, requireResponse } from "../client/insider-request.ts";
import { route } from "./raw-request.ts";

export const aWrongMethodGets405: Check = {
  claim: "a wrong method gets 405",
  proof: "PUT, DELETE and PATCH get 405, and `Allow` lists the allowed methods",
  timeoutMs: 15_000,
  async run(context) {
    await requireResponse(context, route);
    const token = await context.tokens.shared();
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const what = `${method} ${route}`;
      const response = await ask(context, { what, method, path: route, token });
      if (response.status !== 405) return fail(`${what} should return 405 but returned ${response.status}`);
      const allowed = (response.headers.allow ?? "").split(",").map((name) => name.trim());
      // RFC 9110 section 15.5.6: a 405 response lists the allowed methods.
      const right = allowed.includes("GET") && allowed.includes("POST") && !allowed.includes(method);
      if (!right) return fail(`${what} returns 405 with Allow: ${response.headers.allow ?? "absent"}`);
    }
    return pass("PUT, DELETE and PATCH return 405 with the allowed methods");
  },
};
