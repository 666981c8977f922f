import type { IncomingMessage } from "node:http";
import type { ApiErrorCode } from "../errors.ts";
import { dropGatewayCookies } from "../headers/gateway-cookies.ts";
import { dropFields, passesToUpstream, readNominated } from "../headers/header-rules.ts";
import { isHost } from "./host.ts";

/**
 * Total characters of field names and values. The parser accepts more, so that a long target gets its own error.
 */
const longestFields = 16_384;

/** The request's header section, parsed once from the raw header list. */
export class Head {
  host = "";
  authorization: string | undefined;
  authorizations = 0;
  /** DPoP proof of the key that the token is bound to. */
  proof: string | undefined;
  proofs = 0;
  contentLength: number | undefined;
  chunked = false;
  expectsContinue = false;
  /** Client address as the balancer reported it. */
  forwardedFor: string | undefined;
  forwardedProtocol: string | undefined;
  traceparent: string | undefined;
  /** Previous recipients of the request (RFC 9110 section 7.6.3). */
  via: string | undefined;
  /** Header names and values in turn for the upstream, before the gateway adds its own. */
  readonly outgoing: string[] = [];
  /** Set when the request must be refused. */
  refusal: ApiErrorCode | undefined;

  get hasBody(): boolean {
    return this.chunked || (this.contentLength !== undefined && this.contentLength > 0);
  }
}

/**
 * Reads the raw header list in one pass. Refuses what HTTP servers are known to interpret differently (RFC 9112
 * sections 3.2, 6.1, 6.3): Node's parser accepts several of these.
 */
export function readHead(request: IncomingMessage): Head {
  const head = new Head();
  const raw = request.rawHeaders;
  let hosts = 0;
  let connection: string | undefined;
  let size = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    const value = raw[index + 1]!;
    size += name.length + value.length;
    if (passesToUpstream(name)) {
      head.outgoing.push(name, value);
      continue;
    }
    switch (name) {
      case "host":
        hosts++;
        head.host = value;
        break;
      case "connection":
        connection = connection === undefined ? value : `${connection},${value}`;
        break;
      case "authorization":
        head.authorization = value;
        head.authorizations++;
        break;
      case "cookie": {
        const rest = dropGatewayCookies(value);
        if (rest !== undefined) head.outgoing.push(name, rest);
        break;
      }
      case "dpop":
        head.proof = value;
        head.proofs++;
        break;
      case "content-length":
        head.contentLength = Number(value);
        break;
      case "transfer-encoding":
        head.refusal ??= checkTransferCoding(head, request, value);
        break;
      case "expect":
        // RFC 9110 section 10.1.1: HTTP/1.0 has no interim responses.
        if (value.toLowerCase() === "100-continue") head.expectsContinue = request.httpVersionMinor > 0;
        else head.refusal ??= "DMM_GATEWAY_EXPECTATION_UNKNOWN";
        break;
      case "traceparent":
        head.traceparent = value;
        break;
      case "via":
        head.via = head.via === undefined ? value : `${head.via}, ${value}`;
        break;
      case "x-forwarded-for":
        // The balancer appends to it; earlier values are the client's own claim.
        head.forwardedFor = value.slice(value.lastIndexOf(",") + 1).trim();
        break;
      case "x-forwarded-proto":
        head.forwardedProtocol = value;
        break;
    }
  }
  if (size > longestFields) head.refusal ??= "DMM_GATEWAY_HEADERS_TOO_LARGE";
  if (hosts !== 1 || !isHost(head.host)) head.refusal ??= "DMM_GATEWAY_REQUEST_AMBIGUOUS";
  if (connection !== undefined && connection !== "keep-alive" && connection !== "close")
    dropFields(head.outgoing, readNominated(connection));
  return head;
}

/** Only `chunked` alone is supported; a list may hide a second coding, and HTTP/1.0 has none. */
function checkTransferCoding(head: Head, request: IncomingMessage, value: string): ApiErrorCode | undefined {
  if (request.httpVersionMinor === 0 || head.chunked) return "DMM_GATEWAY_REQUEST_AMBIGUOUS";
  if (value.toLowerCase() === "chunked") {
    head.chunked = true;
    return undefined;
  }
  return /^[A-Za-z0-9-]+(?: *, *[A-Za-z0-9-]+)*$/.test(value)
    ? "DMM_GATEWAY_CODING_UNKNOWN"
    : "DMM_GATEWAY_REQUEST_AMBIGUOUS";
}
