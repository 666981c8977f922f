import { type Check, fail, pass } from "../check.ts";
import { ask, readEcho } from "../client/insider-request.ts";
import { route } from "./raw-request.ts";

/** Documentation addresses (RFC 5737), which are never a real source. */
const forged = "203.0.113.66";

const claims: Readonly<Record<string, string>> = {
  "x-forwarded-for": forged,
  "x-forwarded-host": `${forged}.example.net`,
  "x-forwarded-proto": "gopher",
  "x-forwarded-port": "6666",
  "x-real-ip": forged,
  "x-client-ip": forged,
  "true-client-ip": forged,
  forwarded: `for=${forged};host=${forged}.example.net`,
  "x-original-url": `/${forged}`,
  "x-http-method-override": "DELETE",
};

export const forgedForwardingHeadersAreNotTrusted: Check = {
  claim: "forged forwarding headers are not trusted",
  proof: "the upstream receives none of ten forged headers about the origin or destination of a request",
  timeoutMs: 15_000,
  async run(context) {
    const what = "a request with forged forwarding headers";
    const response = await ask(context, {
      what,
      path: route,
      token: await context.tokens.shared(),
      headers: claims,
    });
    const echo = readEcho(response);
    if (response.status !== 200 || echo === undefined)
      return fail(`${what} should return 200 from the upstream but returned ${response.status}`);
    const believed = Object.entries(claims)
      .filter(([name, claim]) => String(echo.headers[name] ?? "").includes(claim))
      .map(([name]) => name);
    const from = echo.headers["x-forwarded-for"];
    context.evidence.record("claimed and forwarded", { claimed: Object.keys(claims), believed, from });
    if (believed.length > 0) return fail(`the upstream received the client's own ${believed.join(", ")}`);
    return typeof from === "string" && from !== ""
      ? pass(
          `none of ${Object.keys(claims).length} forged headers reaches the upstream; X-Forwarded-For is ${from}`,
        )
      : fail("the upstream does not receive the origin of the request");
  },
};
