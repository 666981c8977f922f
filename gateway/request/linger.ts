import type { ServerResponse } from "node:http";

/** By then an answer has arrived wherever it can arrive. */
const longestMs = 2000;

/**
 * Ends an answer whose request is still arriving. A connection that is closed with bytes unread is reset, and the reset
 * overtakes the answer: a balancer that is still sending tells its client of a failure instead (RFC 9112 9.6). So what
 * comes is read and dropped for a while, and the connection ends after that.
 */
export function endWhileArriving(response: ServerResponse, body?: string | Buffer): void {
  const request = response.req;
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, longestMs);
  response.once("close", () => clearTimeout(timer));
  request.once("end", end);
  // The time limit of the body was for who needs it.
  request.setTimeout(0);
  if (body !== undefined && body.length > 0) response.write(body);
  else response.flushHeaders();
  request.resume();
}
