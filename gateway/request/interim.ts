import { type ServerResponse, STATUS_CODES } from "node:http";
import type { ResponseHead } from "../upstreams/response-head.ts";

/** An upstream's 100 Continue is for the gateway, which sends its own to a client that waits. */
const toGateway = 100;

/**
 * Forwards an interim response such as 103 Early Hints (RFC 9110 section 15.2); HTTP/1.0 has none. Node would
 * reject unknown fields, so it is written here.
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
