import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ApiErrorCode } from "./errors.ts";
import { respondOnSocket } from "./request/socket-response.ts";

/** An error of Node's parser, with the last received bytes and how many of them it parsed. */
export interface ParserError extends Error {
  readonly code?: string;
  readonly reason?: string;
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

const codes: Readonly<Record<string, ApiErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "DMM_GATEWAY_REQUEST_SLOW",
  // The HTTP/2 preface, sent without negotiation.
  HPE_PAUSED_H2_UPGRADE: "DMM_GATEWAY_VERSION_UNSUPPORTED",
};

/** Input that the parser refuses never becomes a request. */
export function respondToParserError(error: ParserError, socket: Duplex): void {
  // A connection without a single byte is closed without a response: a balancer would take it for the response to
  // its next request.
  const unused = (socket as Socket).bytesRead === 0;
  if (error.code === "ECONNRESET" || unused) socket.destroy();
  else respondOnSocket(socket, explainParserError(error));
}

function explainParserError(error: ParserError): ApiErrorCode {
  if (error.code === "HPE_HEADER_OVERFLOW")
    return isInTarget(error) ? "DMM_GATEWAY_TARGET_TOO_LONG" : "DMM_GATEWAY_HEADERS_TOO_LARGE";
  // Two digits with a dot between them, of an unknown version: any other error is one of syntax.
  if (error.code === "HPE_INVALID_VERSION" && error.reason === "Invalid HTTP version")
    return "DMM_GATEWAY_VERSION_UNSUPPORTED";
  return codes[error.code ?? ""] ?? "DMM_GATEWAY_REQUEST_MALFORMED";
}

/** Whether the last bytes are a method and an unfinished target. */
function isInTarget({ rawPacket, bytesParsed = 0 }: ParserError): boolean {
  const line = rawPacket?.toString("latin1", 0, bytesParsed) ?? "";
  return /^[A-Z-]+ [^ \r\n]+$/.test(line.slice(line.lastIndexOf("\n") + 1));
}
