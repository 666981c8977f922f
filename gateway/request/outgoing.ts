import type { Exchange } from "./exchange.ts";
import { responseRules } from "./header-rules.ts";
import { continueTrace } from "./trace.ts";

/** Completes the header list for the upstream with what only the gateway may say. */
export function writeOutgoingHeaders(exchange: Exchange): string[] {
  const { head, request } = exchange;
  const { outgoing } = head;
  outgoing.push("x-forwarded-for", head.forwardedFor ?? request.socket.remoteAddress ?? "");
  outgoing.push("x-forwarded-proto", head.forwardedProtocol === "https" ? "https" : "http");
  outgoing.push("x-forwarded-host", head.host);
  outgoing.push("x-request-id", exchange.id);
  // Where requests are traced, each attempt names its own span.
  if (exchange.trace === undefined) outgoing.push("traceparent", continueTrace(head.traceparent));
  if (exchange.clientId !== undefined) outgoing.push("x-authenticated-client", exchange.clientId);
  if (exchange.scope !== undefined) outgoing.push("x-authenticated-scope", exchange.scope);
  if (exchange.accountId !== undefined) outgoing.push("x-authenticated-user", exchange.accountId);
  if (head.contentLength !== undefined && head.contentLength > 0)
    outgoing.push("content-length", String(head.contentLength));
  return outgoing;
}

/** The path for the upstream: as it came, or with the route's fixed part replaced. */
export function writeOutgoingPath(exchange: Exchange): string {
  const { path, query } = exchange.target!;
  const { rewritePrefix, prefixLength } = exchange.route!;
  if (rewritePrefix === undefined) return query === "" ? path : path + query;
  const rewritten = rewritePrefix + path.slice(prefixLength);
  return (rewritten.startsWith("/") ? rewritten : `/${rewritten}`) + query;
}

/** The upstream's header list for the client, names and values in turn. */
export function writeResponseHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  requestId: string,
): string[] {
  const list: string[] = [];
  const { connection } = headers;
  const nominated =
    connection === undefined || connection === "keep-alive" || connection === "close"
      ? undefined
      : new Set(String(connection).toLowerCase().split(/ *, */));
  for (const name in headers) {
    if (responseRules.has(name) || nominated?.has(name) === true) continue;
    const value = headers[name];
    if (typeof value === "string") list.push(name, value);
    else if (value !== undefined) for (const one of value) list.push(name, one);
  }
  list.push("x-request-id", requestId);
  return list;
}
