import type { IncomingMessage } from "node:http";
import type { Exchange } from "../exchange/exchange.ts";
import type { Cors } from "../routing/cors.ts";
import type { ServedRoute } from "../routing/served.ts";

/** Response fields of the gateway that pages may read. */
const ownFields = ["dpop-nonce", "retry-after", "www-authenticate", "x-request-id"];

/** The method that a preflight is for (Fetch, section 3.2.2); browsers send preflights without a token. */
export function readPreflight({ method, headers }: IncomingMessage): string | undefined {
  if (method !== "OPTIONS" || headers.origin === undefined) return undefined;
  return headers["access-control-request-method"];
}

/**
 * Serves a preflight in place of the upstream. An origin that is not allowed gets no CORS fields, which a browser
 * treats as a refusal.
 */
export function servePreflight({ request, response, id }: Exchange, { cors, methods }: ServedRoute): void {
  const fields = shareWith(request, cors!);
  if (fields[0] === "access-control-allow-origin") {
    fields.push("access-control-allow-methods", methods.join(", "));
    if (cors!.headers.length > 0) fields.push("access-control-allow-headers", cors!.headers.join(", "));
    fields.push("access-control-max-age", String(cors!.maxAgeSeconds));
  }
  response.writeHead(204, [...fields, "x-request-id", id]);
  response.end();
}

/**
 * CORS fields that let a page of the request's origin read the response; for any other origin, the `Vary` that
 * caches need.
 */
export function writeShared(request: IncomingMessage, cors: Cors): string[] {
  const fields = shareWith(request, cors);
  if (fields[0] === "access-control-allow-origin")
    fields.push("access-control-expose-headers", [...ownFields, ...cors.exposedHeaders].join(", "));
  return fields;
}

function shareWith({ headers }: IncomingMessage, { origins, credentials }: Cors): string[] {
  if (origins[0] === "*") return ["access-control-allow-origin", "*"];
  const { origin } = headers;
  if (origin === undefined || !origins.includes(origin)) return ["vary", "origin"];
  const shared = ["access-control-allow-origin", origin];
  if (credentials) shared.push("access-control-allow-credentials", "true");
  return [...shared, "vary", "origin"];
}

/** Replaces the upstream's CORS fields by the gateway's. */
export function shareResponse(fields: string[], shared: readonly string[]): void {
  for (let index = fields.length - 2; index >= 0; index -= 2)
    if (fields[index]!.startsWith("access-control-")) fields.splice(index, 2);
  fields.push(...shared);
}
