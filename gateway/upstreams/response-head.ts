import { setsGatewayCookie } from "../headers/gateway-cookies.ts";
import { dropFields, readNominated, responseRules, unprintable } from "../headers/header-rules.ts";
import { UpstreamError } from "./upstream-error.ts";

/** How the end of a response's body is determined (RFC 9112 section 6.3). */
export type Framing = "none" | "length" | "chunked" | "close";

/** The header section of a response, with the fields for the client. */
export interface ResponseHead {
  readonly status: number;
  /** Names in lower case and values in turn, without connection-specific fields. */
  readonly fields: string[];
  readonly framing: Framing;
  /** Bytes of the body where the framing is `length`. */
  readonly length: number;
  /** Whether the connection may be reused after this response. */
  readonly persistent: boolean;
  /** Announced keep-alive time of the connection, in seconds, if any. */
  readonly keptSeconds: number | undefined;
}

/** Framing and connection fields of one header section. */
interface Reading {
  readonly fields: string[];
  length: number | undefined;
  coding: string | undefined;
  connection: string | undefined;
  keptSeconds: number | undefined;
}

type Use = "pass" | "drop" | "cookie" | "length" | "coding" | "connection" | "keep-alive";

const uses: ReadonlyMap<string, Use> = new Map([
  ["content-length", "length"],
  ["transfer-encoding", "coding"],
  ["connection", "connection"],
  ["keep-alive", "keep-alive"],
  ["set-cookie", "cookie"],
]);

/**
 * Upstreams repeat names, so the check of each spelling is cached. Bounded, because an upstream may invent some.
 */
const known = new Map<string, { readonly name: string; readonly use: Use }>();
const knownLimit = 1000;

const lengthAlone: ReadonlySet<string> = new Set(["content-length"]);
const statusLine = /^HTTP\/1\.([01]) ([1-9][0-9][0-9])(?: |$)/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const fieldLimit = 200;

/**
 * Parses the header section of a response: each line with its CRLF, without the empty line that ends it. Refuses
 * ambiguity as in requests: RFC 9112 sections 4, 5 and 6.3 without their leniency.
 *
 * @param toHead whether the request was HEAD: then no body follows, whatever the fields say @throws UpstreamError
 */
export function parseResponseHead(text: string, toHead: boolean): ResponseHead {
  const firstEnd = text.indexOf("\r\n");
  const first = text.slice(0, firstEnd);
  const match = statusLine.exec(first);
  if (match === null || unprintable.test(first)) throw malformed("status line", first);
  const reading: Reading = {
    fields: [],
    length: undefined,
    coding: undefined,
    connection: undefined,
    keptSeconds: undefined,
  };
  let count = 0;
  for (let at = firstEnd + 2; at < text.length; ) {
    const end = text.indexOf("\r\n", at);
    readField(text, at, end, reading);
    at = end + 2;
    count++;
    if (count > fieldLimit)
      throw new UpstreamError(
        "DMM_GATEWAY_UPSTREAM_FAILED",
        `The response has more than ${fieldLimit} header fields.`,
      );
  }
  return conclude(Number(match[2]), match[1] === "1", toHead, reading);
}

function readField(text: string, at: number, end: number, reading: Reading): void {
  const colon = text.indexOf(":", at);
  if (colon < 0 || colon > end) throw malformed("field", text.slice(at, end));
  const { name, use } = findName(text.slice(at, colon));
  let from = colon + 1;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  const value = text.slice(from, to);
  if (unprintable.test(value)) throw malformed("value", value);
  switch (use) {
    case "pass":
      reading.fields.push(name, value);
      return;
    case "cookie":
      if (!setsGatewayCookie(value)) reading.fields.push(name, value);
      return;
    case "length":
      if (reading.length !== undefined || !/^[0-9]{1,15}$/.test(value)) throw malformed("length", value);
      reading.length = Number(value);
      reading.fields.push(name, value);
      return;
    case "coding":
      reading.coding = reading.coding === undefined ? value.toLowerCase() : `${reading.coding}, ${value}`;
      return;
    case "connection":
      reading.connection = reading.connection === undefined ? value : `${reading.connection},${value}`;
      return;
    case "keep-alive":
      reading.keptSeconds = readKeptSeconds(value);
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Also refuses whitespace before the colon, and folded lines. */
function findName(written: string): { readonly name: string; readonly use: Use } {
  let found = known.get(written);
  if (found === undefined) {
    if (!token.test(written)) throw malformed("field name", written);
    const name = written.toLowerCase();
    found = { name, use: uses.get(name) ?? (responseRules.has(name) ? "drop" : "pass") };
    if (known.size < knownLimit) known.set(written, found);
  }
  return found;
}

function readKeptSeconds(value: string): number | undefined {
  const seconds = /(?:^|[,;\s])timeout="?([0-9]{1,6})/i.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

function conclude(status: number, isCurrent: boolean, toHead: boolean, reading: Reading): ResponseHead {
  const { fields, length, coding, connection, keptSeconds } = reading;
  if (coding !== undefined && (coding !== "chunked" || length !== undefined || !isCurrent))
    throw malformed("transfer coding", coding);
  let persistent = isCurrent;
  if (connection !== undefined) {
    const nominated = readNominated(connection);
    if (nominated.has("close")) persistent = false;
    dropFields(fields, nominated);
  }
  // Some upstreams send the announced body in response to HEAD: it must not be read as the next response.
  if (toHead && (coding !== undefined || (length ?? 0) > 0)) persistent = false;
  let framing: Framing = coding !== undefined ? "chunked" : length !== undefined ? "length" : "close";
  if (toHead || status === 204 || status === 304 || status < 200) framing = "none";
  // RFC 9110 section 8.6: without content there is no length either.
  if (status === 204 || status < 200) dropFields(fields, lengthAlone);
  if (framing === "close") persistent = false;
  return { status, fields, framing, length: length ?? 0, persistent, keptSeconds };
}

function malformed(part: string, found: string): UpstreamError {
  const shown = JSON.stringify(found.slice(0, 80));
  return new UpstreamError(
    "DMM_GATEWAY_UPSTREAM_FAILED",
    `The ${part} of the response header is malformed: ${shown}.`,
  );
}
