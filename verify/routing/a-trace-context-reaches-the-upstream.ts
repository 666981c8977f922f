import { randomBytes } from "node:crypto";
import { type Check, fail, pass } from "../check.ts";
import { ask, readEcho } from "../client/ask.ts";
import { route } from "./raw-request.ts";

/** W3C Trace Context 3.2: version, trace, parent, flags. */
const shape = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

export const aTraceContextReachesTheUpstream: Check = {
  claim: "a trace context reaches the upstream",
  timeoutMs: 15_000,
  async run(context) {
    const trace = randomBytes(16).toString("hex");
    const parent = randomBytes(8).toString("hex");
    const answer = await ask(context, {
      what: "a request of a trace",
      path: route,
      token: await context.tokens.shared(),
      headers: { traceparent: `00-${trace}-${parent}-01` },
    });
    const echo = readEcho(answer);
    if (answer.status !== 200 || echo === undefined)
      return fail(
        `a request of a trace should be answered 200 by the upstream and was answered ${answer.status}`,
      );
    const field = String(echo.headers.traceparent ?? "");
    const requestId = String(echo.headers["x-request-id"] ?? "");
    context.evidence.record("what the upstream saw", { traceparent: field, requestId });
    const parts = shape.exec(field);
    if (parts?.[1] !== trace)
      return fail(`the upstream is told the trace ${field || "nothing"}; it should be ${trace}`);
    if (requestId === "" || requestId !== answer.headers["x-request-id"])
      return fail(
        `the upstream knows the request as ${requestId || "nothing"}, the client as ${answer.headers["x-request-id"] ?? "nothing"}`,
      );
    return pass(`the upstream is told the caller's trace and the request id that the client is told`);
  },
};
