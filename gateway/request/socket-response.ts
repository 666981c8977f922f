import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type ApiErrorCode, describeApiError } from "../errors.ts";
import { endConnection } from "./linger.ts";
import { findPendingResponse } from "./pipelining.ts";

const ended = new WeakSet<Duplex>();

/**
 * Sends a response on the socket to input that never became a request, and ends the connection. Complete requests
 * before it are served first. If a response has begun while its own request breaks, the connection is cut: further
 * bytes would be read as part of it.
 */
export function respondOnSocket(socket: Duplex, code: ApiErrorCode): void {
  if (ended.has(socket)) return;
  const owed = findPendingResponse(socket);
  if (owed !== undefined && !owed.req.complete && owed.headersSent) socket.destroy();
  else if (owed?.req.complete === true) owed.once("close", () => end(socket, code));
  else end(socket, code);
}

function end(socket: Duplex, code: ApiErrorCode): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  ended.add(socket);
  const { status, title } = describeApiError(code);
  const date = new Date().toUTCString();
  const body = JSON.stringify({ type: `urn:dmm-env:error:${code}`, title, status, code });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nDate: ${date}\r\nContent-Type: application/problem+json\r\n`;
  socket.write(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  endConnection(socket);
}
