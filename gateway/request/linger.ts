import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { flushHead } from "./flush-head.ts";

/** By then a response has arrived wherever it can arrive. */
const longestMs = 2000;

/**
 * Ends a response whose request is still arriving. A connection that is closed with unread bytes is reset, and the
 * reset overtakes the response: a balancer that is still sending reports a failure to its client instead (RFC 9112
 * section 9.6). So input is read and dropped for a while before the connection ends.
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
  if (body !== undefined && body.length > 0) response.write(body);
  else flushHead(response);
  request.resume();
}

/** How long the rest of a request may take to arrive after its response has ended, in milliseconds. */
const longestRestMs = 10_000;

/** Ends the connection of a request that continues too long after its response has ended. */
export function boundRest(response: ServerResponse): void {
  response.once("finish", endRest);
}

function endRest(this: ServerResponse): void {
  const request = this.req;
  if (request.complete) return;
  const { socket } = request;
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, longestRestMs);
  timer.unref();
}

/** Ends a connection after the written data, even if the other side never ends its own half. */
export function endConnection(socket: Duplex): void {
  socket.end();
  // Unread input would reset the connection.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), longestMs);
  socket.once("close", () => clearTimeout(timer));
}

/**
 * Cuts the connection of an incomplete response. With HTTP/1.0 the end of the connection may be the only end of a
 * response.
 */
export function cutResponse(response: ServerResponse): void {
  if (response.req.httpVersionMinor === 0) response.socket?.resetAndDestroy();
  response.destroy();
}
