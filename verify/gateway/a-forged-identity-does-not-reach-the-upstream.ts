import { type Check, fail, pass } from "../check.ts";
import { ask, readEcho } from "../client/insider-request.ts";
import { guardedRoute } from "./token-refusal.ts";

/**
 * Fields by which proxies identify the caller to an upstream. A client that can send them itself can impersonate
 * anyone.
 */
const identityFields = [
  "x-amzn-mtls-clientcert-subject",
  "x-amzn-mtls-clientcert-leaf",
  "x-amzn-oidc-identity",
  "x-amzn-oidc-data",
  "x-forwarded-user",
  "x-forwarded-email",
  "x-remote-user",
  "x-client-id",
  "x-user-id",
];

export const aForgedIdentityDoesNotReachTheUpstream: Check = {
  claim: "a forged identity does not reach the upstream",
  proof: "requests with forged identity headers are rejected, or the headers are removed",
  timeoutMs: 15_000,
  async run(context) {
    const forged = context.uniqueName("forged");
    const what = "a request that claims an identity";
    const response = await ask(context, {
      what,
      path: guardedRoute,
      token: await context.tokens.shared(),
      headers: Object.fromEntries(identityFields.map((name) => [name, forged])),
    });
    // Refusing such a request is as good as removing the fields.
    if (response.status === 400 || response.status === 403)
      return pass(`${what} is refused with ${response.status}`);
    if (response.status !== 200)
      return fail(`${what} should return 200, 400 or 403 but returned ${response.status}`);
    const echo = readEcho(response);
    if (echo === undefined) return fail(`${what} got its response from something other than the upstream`);
    const passed = Object.entries(echo.headers).filter(([, value]) => String(value).includes(forged));
    context.evidence.record("sent and forwarded", {
      sent: identityFields,
      passed: passed.map(([name]) => name),
    });
    return passed.length > 0
      ? fail(`the upstream received the forged ${passed.map(([name]) => name).join(", ")}`)
      : pass(`none of ${identityFields.length} forged fields reaches the upstream`);
  },
};
