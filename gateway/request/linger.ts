import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { flushHead } from "./flush-head.ts";

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
  if (body !== undefined && body.length > 0) response.write(body);
  else flushHead(response);
  request.resume();
}

/** How long the rest of a request may take to arrive once its response has ended, in milliseconds. */
const longestRestMs = 10_000;

/** Ends the connection of a request that goes on and on after its response has ended: nobody waits for the rest. */
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

/** Ends a connection after what was written, also where the other side never ends its own half. */
export function endConnection(socket: Duplex): void {
  socket.end();
  // What is not read would reset the connection.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), longestMs);
  socket.once("close", () => clearTimeout(timer));
}

/** Cuts the connection of an answer that is not whole. HTTP/1.0 may know its end by nothing else than the connection's. */
export function cutResponse(response: ServerResponse): void {
  if (response.req.httpVersionMinor === 0) response.socket?.resetAndDestroy();
  response.destroy();
}
