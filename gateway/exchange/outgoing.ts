import { unprintable } from "../headers/header-rules.ts";
import type { Authorized, Exchange, Routed } from "./exchange.ts";
import { continueTrace } from "./traceparent.ts";
import { writeVia } from "./via.ts";

/**
 * Completes the header list for the upstream with the fields that the gateway sets. `pseudonym` is its name in
 * `Via`.
 *
 * @throws Error for a value with a line break
 */
export function writeOutgoingHeaders(exchange: Authorized, pseudonym: string): string[] {
  const { head, request } = exchange;
  const { outgoing } = head;
  outgoing.push("x-forwarded-for", head.forwardedFor ?? request.socket.remoteAddress ?? "");
  outgoing.push("x-forwarded-proto", head.forwardedProtocol === "https" ? "https" : "http");
  outgoing.push("x-forwarded-host", head.host);
  outgoing.push("x-request-id", exchange.id);
  outgoing.push("via", writeVia(head.via, request.httpVersion, pseudonym));
  // Where requests are traced, each attempt adds its own span.
  if (exchange.trace === undefined) outgoing.push("traceparent", continueTrace(head.traceparent));
  if (exchange.caller !== undefined) {
    const { clientId, scope, accountId } = exchange.caller;
    outgoing.push("x-authenticated-client", requireOneLine(clientId));
    if (scope !== undefined) outgoing.push("x-authenticated-scope", requireOneLine(scope));
    if (accountId !== undefined) outgoing.push("x-authenticated-user", requireOneLine(accountId));
  }
  if (head.contentLength !== undefined && head.contentLength > 0)
    outgoing.push("content-length", String(head.contentLength));
  return outgoing;
}

/** RFC 9110 section 8.6: a method that may have content states when there is none. */
const expectsContent = new Set(["POST", "PUT", "PATCH"]);

/** Checks values that did not pass Node's parser, which rejects such characters. @throws Error */
function requireOneLine(value: string): string {
  if (unprintable.test(value)) throw new Error(`${JSON.stringify(value)} cannot be sent in a header.`);
  return value;
}

/** The request's header section for the upstream, up to the empty line: one character is one byte (latin1). */
export function renderRequestHead(
  { head, method }: Exchange,
  authority: string,
  path: string,
  fields: readonly string[],
): string {
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${authority}\r\n`;
  for (let index = 0; index < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`;
  if (head.chunked) text += "transfer-encoding: chunked\r\n";
  else if (!head.hasBody && expectsContent.has(method)) text += "content-length: 0\r\n";
  return `${text}\r\n`;
}

/**
 * The path for the upstream: unchanged, or with the route's fixed prefix replaced. @throws Error for a line break
 */
export function writeOutgoingPath(exchange: Routed): string {
  const { path, query } = exchange.target;
  const { rewritePrefix, prefixLength } = exchange.route;
  if (rewritePrefix === undefined) return query === "" ? path : path + query;
  const rest = path.slice(prefixLength);
  // Exactly one slash between prefix and rest.
  const prefix = rest.startsWith("/") ? rewritePrefix.replace(/\/$/, "") : rewritePrefix;
  const rewritten = requireOneLine(prefix + rest);
  return (rewritten.startsWith("/") ? rewritten : `/${rewritten}`) + query;
}
