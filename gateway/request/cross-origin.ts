import type { IncomingMessage } from "node:http";
import type { Targeted } from "../exchange/exchange.ts";
import type { Cors } from "../routing/cors.ts";
import { readHostName } from "../routing/host-name.ts";
import type { Outcome, StepContext } from "./step.ts";

/** Response fields of the gateway that pages may read. */
const ownFields = ["dpop-nonce", "retry-after", "www-authenticate", "x-request-id"];

/** The method that a preflight is for (Fetch, section 3.2.2); browsers send preflights without a token. */
function readPreflight({ method, headers }: IncomingMessage): string | undefined {
  if (method !== "OPTIONS" || headers.origin === undefined) return undefined;
  return headers["access-control-request-method"];
}

/**
 * A step of the request path: serves a preflight for a route with `cors` in place of the upstream. An origin that is not
 * allowed gets no CORS fields, which a browser treats as a refusal.
 */
export function servePreflight(exchange: Targeted, { configuration }: StepContext): Outcome<Targeted> {
  const { request, response, head, target } = exchange;
  const method = readPreflight(request);
  if (method === undefined || head.hasBody) return exchange;
  const route = configuration.table.resolve(readHostName(head.host), method, target.path)?.route;
  if (route?.cors === undefined) return exchange;
  response.writeHead(204, [
    ...describePreflight(request, route.methods, route.cors),
    "x-request-id",
    exchange.id,
  ]);
  response.end();
  return "responded";
}

function describePreflight(request: IncomingMessage, methods: readonly string[], cors: Cors): string[] {
  const fields = shareWith(request, cors);
  if (fields[0] !== "access-control-allow-origin") return fields;
  fields.push("access-control-allow-methods", methods.join(", "));
  if (cors.headers.length > 0) fields.push("access-control-allow-headers", cors.headers.join(", "));
  fields.push("access-control-max-age", String(cors.maxAgeSeconds));
  return fields;
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
