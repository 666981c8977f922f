import { randomBytes } from "node:crypto";
import { type Check, fail, pass } from "../check.ts";
import { ask, readEcho } from "../client/insider-request.ts";
import { route } from "./raw-request.ts";

/** W3C Trace Context section 3.2: version, trace, parent, flags. */
const shape = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

export const aTraceContextReachesTheUpstream: Check = {
  claim: "a trace context reaches the upstream",
  proof: "the upstream receives the caller's trace context and the same request ID as the client",
  timeoutMs: 15_000,
  async run(context) {
    const trace = randomBytes(16).toString("hex");
    const parent = randomBytes(8).toString("hex");
    const response = await ask(context, {
      what: "a traced request",
      path: route,
      token: await context.tokens.shared(),
      headers: { traceparent: `00-${trace}-${parent}-01` },
    });
    const echo = readEcho(response);
    if (response.status !== 200 || echo === undefined)
      return fail(`a traced request should return 200 from the upstream but returned ${response.status}`);
    const field = String(echo.headers.traceparent ?? "");
    const requestId = String(echo.headers["x-request-id"] ?? "");
    context.evidence.record("what the upstream saw", { traceparent: field, requestId });
    const parts = shape.exec(field);
    if (parts?.[1] !== trace)
      return fail(`the upstream received the trace ${field || "nothing"}; it should be ${trace}`);
    if (requestId === "" || requestId !== response.headers["x-request-id"])
      return fail(
        `the upstream received the request ID ${requestId || "nothing"}, the client ${response.headers["x-request-id"] ?? "nothing"}`,
      );
    return pass(`the upstream receives the caller's trace and the same request ID as the client`);
  },
};
