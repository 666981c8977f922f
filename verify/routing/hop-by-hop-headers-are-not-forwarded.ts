import { type Check, fail, pass } from "../check.ts";
import { ask, readEcho } from "../client/insider-request.ts";
import { route } from "./raw-request.ts";

/** RFC 9110 section 7.6.1: they apply to one connection and must not be forwarded. */
const fields = ["keep-alive", "proxy-connection", "te", "proxy-authorization"];

export const hopByHopHeadersAreNotForwarded: Check = {
  claim: "hop-by-hop headers are not forwarded",
  proof: "the upstream receives none of four hop-by-hop headers, but does receive an end-to-end header",
  timeoutMs: 15_000,
  async run(context) {
    const marker = context.uniqueName("hop");
    const what = "a request with hop-by-hop fields";
    const response = await ask(context, {
      what,
      path: route,
      token: await context.tokens.shared(),
      headers: {
        ...Object.fromEntries(fields.map((name) => [name, marker])),
        te: `trailers, ${marker}`,
        "x-end-to-end": marker,
      },
    });
    const echo = readEcho(response);
    if (response.status !== 200 || echo === undefined)
      return fail(`${what} should return 200 from the upstream but returned ${response.status}`);
    const passed = fields.filter((name) => String(echo.headers[name] ?? "").includes(marker));
    context.evidence.record("sent and forwarded", { sent: fields, passed });
    // The control: the upstream does report fields that are forwarded.
    if (echo.headers["x-end-to-end"] !== marker) return fail(`${what} also loses an end-to-end header`);
    return passed.length > 0
      ? fail(`the upstream received ${passed.join(", ")}`)
      : pass(`none of ${fields.length} hop-by-hop headers reaches the upstream; an end-to-end header does`);
  },
};
