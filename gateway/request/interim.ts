import { type ServerResponse, STATUS_CODES } from "node:http";
import type { ResponseHead } from "../upstreams/response-head.ts";

/** The upstream's word on content is its own: the gateway asks for no 100, and sends one itself where a client waits. */
const toGateway = 100;

/**
 * Passes an interim response on, as 103 Early Hints (RFC 9110 15.2); HTTP/1.0 knows none. Node would refuse fields that
 * it does not know, so it is written here.
 */
export function writeInterim(
  response: ServerResponse,
  { status, fields }: Pick<ResponseHead, "status" | "fields">,
): void {
  const { req, socket } = response;
  if (status === toGateway || req.httpVersionMinor === 0 || response.headersSent || socket === null) return;
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
  for (let index = 0; index < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`;
  socket.write(`${text}\r\n`, "latin1");
}
