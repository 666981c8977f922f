import { type Check, fail, pass } from "../check.ts";
import { ask } from "../client/insider-request.ts";
import { sendRaw } from "../client/raw.ts";
import { readScope, writeScope } from "../client/tokens.ts";
import { VerifyError } from "../errors.ts";
import { renderRequest, route } from "./raw-request.ts";

/** The default limit of a route, and the shortest body above it. */
const limitBytes = 10 * 1024 * 1024;
const announcedBytes = limitBytes + 1;
const chunkBytes = 1024 * 1024;

export const aBodyOverTheLimitGets413: Check = {
  claim: "a body over the limit gets 413",
  proof:
    "a declared body of one byte over 10 MiB gets 413, and so does a chunked body that exceeds the limit",
  timeoutMs: 30_000,
  async run(context) {
    const token = await context.tokens.issue(`${readScope} ${writeScope}`);
    const small = await ask(context, {
      what: "control: a small body",
      method: "POST",
      path: route,
      token,
      body: "small",
    });
    if (small.status !== 200)
      throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
        what: `a small body should return 200 but returned ${small.status}`,
      });
    // Only announced: a server that waits for the body before it refuses has read it.
    const head = { method: "POST", token, lines: [`Content-Length: ${announcedBytes}`] };
    const announced = await sendRaw(context.target, renderRequest(context, head), context.signal);
    const chunk = `${chunkBytes.toString(16)}\r\n${"x".repeat(chunkBytes)}\r\n`;
    const body = chunk.repeat(limitBytes / chunkBytes + 1);
    const streamed = await sendRaw(
      context.target,
      renderRequest(context, { method: "POST", token, lines: ["Transfer-Encoding: chunked"], body }),
      context.signal,
    );
    context.evidence.record("responses", { announced: announced.statuses, streamed: streamed.statuses });
    if (announced.statuses[0] !== 413)
      return fail(
        `a declared body of ${announcedBytes} bytes should return 413 but returned ${announced.statuses[0] ?? "no response"}`,
      );
    // A sender that is still sending may see the connection close before the response.
    const cut = streamed.statuses.length === 0 && streamed.closed;
    if (streamed.statuses[0] !== 413 && !cut)
      return fail(
        `a chunked body over ${limitBytes} bytes should return 413 but returned ${streamed.statuses[0] ?? "no response"}`,
      );
    return pass(`a declared body of ${announcedBytes} bytes and a chunked body over the limit return 413`);
  },
};
