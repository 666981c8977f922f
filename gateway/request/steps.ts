import type { Authorized, Exchange, Routed, Targeted } from "../exchange/exchange.ts";
import { normalizeTarget } from "../exchange/request-target.ts";
import { hasPassed } from "../exchange/via.ts";
import { nameNetwork } from "../rate-limit/client-network.ts";
import { readHostName } from "../routing/host-name.ts";
import { authenticate, requireScopes } from "./authorize.ts";
import { servePreflight, writeShared } from "./cross-origin.ts";
import { carriesToken } from "./query-token.ts";
import { type InternalEndpoint, inOrder, type Outcome, type StepContext } from "./step.ts";

/** Internal endpoints, in the order in which they are tried; their requests are neither logged nor counted. */
export const internalEndpoints = ["notifications", "signOuts", "health", "metrics"] as const;

export type InternalEndpoints = Readonly<Record<(typeof internalEndpoints)[number], InternalEndpoint>>;

/**
 * The steps of every request through the gateway, in this order; `docs/gateway.md`, _A request_, explains each.
 */
export const steps = inOrder(
  refuseInvalidHeader,
  refuseUnexpectedBody,
  normalizePath,
  serveOAuth2,
  requireConfiguration,
  servePreflight,
  findRoute,
  refuseLoop,
  refuseRepeatedToken,
  refuseLargeBody,
  authenticate,
  requireScopes,
  limitRate,
  forward,
);

/** Maximum number of characters of a request target. */
const longestTarget = 16_384;

function refuseInvalidHeader(exchange: Exchange): Outcome<Exchange> {
  const { refusal } = exchange.head;
  return refusal === undefined ? exchange : { code: refusal };
}

function refuseUnexpectedBody(exchange: Exchange): Outcome<Exchange> {
  const { method, head } = exchange;
  return head.hasBody && (method === "GET" || method === "HEAD")
    ? { code: "DMM_GATEWAY_BODY_UNEXPECTED" }
    : exchange;
}

function normalizePath(exchange: Exchange): Outcome<Targeted> {
  const url = exchange.request.url!;
  if (url.length > longestTarget) return { code: "DMM_GATEWAY_TARGET_TOO_LONG" };
  if (url.charCodeAt(0) !== 0x2f || url.includes("#")) return { code: "DMM_GATEWAY_REQUEST_AMBIGUOUS" };
  const target = normalizeTarget(url);
  if (target === undefined) return { code: "DMM_GATEWAY_PATH_AMBIGUOUS" };
  exchange.setTarget(target);
  return exchange;
}

function serveOAuth2(exchange: Targeted, { oauth2 }: StepContext): Outcome<Targeted> {
  if (!oauth2.owns(exchange.target.path)) return exchange;
  return oauth2.serve(exchange.request, exchange.response) ? "responded" : { code: "DMM_GATEWAY_STARTING" };
}

function requireConfiguration(exchange: Targeted, { configuration }: StepContext): Outcome<Targeted> {
  return configuration.version === 0 ? { code: "DMM_GATEWAY_STARTING" } : exchange;
}

function findRoute(exchange: Targeted, { configuration }: StepContext): Outcome<Routed> {
  const { request, method, head, target } = exchange;
  const resolution = configuration.table.resolve(readHostName(head.host), method, target.path);
  if (resolution === undefined) return { code: "DMM_GATEWAY_ROUTE_UNKNOWN" };
  const { route, allow } = resolution;
  if (route === undefined) return { code: "DMM_GATEWAY_METHOD_NOT_ALLOWED", allow };
  exchange.setRoute(route);
  if (route.cors !== undefined) exchange.shared = writeShared(request, route.cors);
  return exchange;
}

/** RFC 9110 section 7.6.3: a request that has already passed through this platform would loop. */
function refuseLoop(exchange: Routed, { realm }: StepContext): Outcome<Routed> {
  const { via } = exchange.head;
  return via !== undefined && hasPassed(via, realm) ? { code: "DMM_GATEWAY_LOOP_DETECTED" } : exchange;
}

/** RFC 6750 2: one way to send a token per request. */
function refuseRepeatedToken(exchange: Routed): Outcome<Routed> {
  const { head, target } = exchange;
  return head.authorization !== undefined && target.query !== "" && carriesToken(target.query)
    ? { code: "DMM_GATEWAY_TOKEN_REPEATED" }
    : exchange;
}

/** A body of unknown length is counted while it is forwarded. */
function refuseLargeBody(exchange: Routed): Outcome<Routed> {
  const { contentLength } = exchange.head;
  return contentLength !== undefined && contentLength > exchange.route.bodyLimitBytes
    ? { code: "DMM_GATEWAY_BODY_TOO_LARGE" }
    : exchange;
}

function limitRate(
  exchange: Authorized,
  { rates }: StepContext,
): Outcome<Authorized> | Promise<Outcome<Authorized>> {
  const { route, caller, head, request } = exchange;
  if (route.rate === undefined) return exchange;
  const payer = caller?.clientId ?? nameNetwork(head.forwardedFor ?? request.socket.remoteAddress ?? "");
  return rates
    .take(route, payer)
    .then((waitMs) =>
      waitMs > 0
        ? { code: "DMM_GATEWAY_RATE_EXCEEDED", retryAfterSeconds: Math.ceil(waitMs / 1000) }
        : exchange,
    );
}

function forward(exchange: Authorized, context: StepContext): "responded" {
  context.forward(exchange);
  return "responded";
}
