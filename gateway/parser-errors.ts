import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ApiErrorCode } from "./errors.ts";
import { respondOnSocket } from "./request/socket-response.ts";

/** An error of Node's parser, with the bytes that it was given last and how many of them it took. */
export interface ParserError extends Error {
  readonly code?: string;
  readonly reason?: string;
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

const codes: Readonly<Record<string, ApiErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "DMM_GATEWAY_REQUEST_SLOW",
  // The preface of HTTP/2 to a server that was not asked whether it speaks it.
  HPE_PAUSED_H2_UPGRADE: "DMM_GATEWAY_VERSION_UNSUPPORTED",
};

/** What the parser refuses never becomes a request. */
export function respondToParserError(error: ParserError, socket: Duplex): void {
  // A connection that never carried a byte is closed without a word: a balancer would take it for its next answer.
  const unused = (socket as Socket).bytesRead === 0;
  if (error.code === "ECONNRESET" || unused) socket.destroy();
  else respondOnSocket(socket, explainParserError(error));
}

function explainParserError(error: ParserError): ApiErrorCode {
  if (error.code === "HPE_HEADER_OVERFLOW")
    return isInTarget(error) ? "DMM_GATEWAY_TARGET_TOO_LONG" : "DMM_GATEWAY_HEADERS_TOO_LARGE";
  // Two digits with a dot between them, of a version that the parser does not know: any other fault is one of syntax.
  if (error.code === "HPE_INVALID_VERSION" && error.reason === "Invalid HTTP version")
    return "DMM_GATEWAY_VERSION_UNSUPPORTED";
  return codes[error.code ?? ""] ?? "DMM_GATEWAY_REQUEST_MALFORMED";
}

/** Whether what was read last is a method and a target that has no end yet. */
function isInTarget({ rawPacket, bytesParsed = 0 }: ParserError): boolean {
  const line = rawPacket?.toString("latin1", 0, bytesParsed) ?? "";
  return /^[A-Z-]+ [^ \r\n]+$/.test(line.slice(line.lastIndexOf("\n") + 1));
}
