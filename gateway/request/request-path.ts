import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { AccessLog } from "../delivery/access-log.ts";
import type { ApiErrorCode } from "../errors.ts";
import { Exchange } from "../exchange/exchange.ts";
import { readHead } from "../exchange/head.ts";
import { normalizeTarget } from "../exchange/path.ts";
import type { TunnelEnd } from "../exchange/tunnel-end.ts";
import { hasPassed } from "../exchange/via.ts";
import { serveHealth } from "../health.ts";
import type { Lifecycle } from "../lifecycle.ts";
import { nameNetwork } from "../limits/network.ts";
import type { RateLimiter } from "../limits/rate.ts";
import type { Logger } from "../logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { describeReason } from "../reason.ts";
import { RedisUnavailableError } from "../redis/unavailable.ts";
import { readHostName } from "../routing/host-name.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import type { Tokens } from "../tokens/tokens.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { RetryBudget } from "../upstreams/retry-budget.ts";
import { acceptAbsoluteForm } from "./absolute-form.ts";
import { authorize, isStillAuthorized } from "./authorize.ts";
import { readPreflight, servePreflight, writeShared } from "./cross-origin.ts";
import { sendError } from "./error-response.ts";
import { type ForwardContext, forward } from "./forward.ts";
import { endConnection } from "./linger.ts";
import { carriesToken } from "./query-token.ts";
import { openTunnel, type TunnelContext } from "./tunnel.ts";

/** The OAuth2 server as the ingress sees it. */
export interface OwnEndpoints {
  /** Whether the path is one of its endpoints. */
  owns(path: string): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
}

export interface IngressParts {
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly tokens: Tokens;
  readonly rates: RateLimiter;
  readonly accessLog: AccessLog;
  readonly metrics: Metrics;
  /** Absent where requests are not traced. */
  readonly tracing: Tracing | undefined;
  /** The platform's public host: realm of challenges, and pseudonym in `Via`. */
  readonly realm: string;
  /** The newest configuration; a request keeps the one that it began with. */
  readonly readConfiguration: () => ServedConfiguration;
  readonly readOwnEndpoints: () => OwnEndpoints | undefined;
}

/** Maximum number of characters of a request target. */
const longestTarget = 16_384;

/** The entry point of every request: refused, served by the gateway itself, or forwarded. */
export class Ingress {
  readonly #parts: IngressParts;
  readonly #forwarding: ForwardContext & TunnelContext;

  constructor(parts: IngressParts) {
    this.#parts = parts;
    this.#forwarding = {
      budget: new RetryBudget(),
      lifecycle: parts.lifecycle,
      pseudonym: parts.realm,
      refuse: (exchange, code) => this.#refuse(exchange, code),
      isStillAuthorized: (exchange) => isStillAuthorized(exchange, parts.readConfiguration(), parts.tokens),
      tell: (exchange, error) =>
        parts.logger.warn(
          {
            requestId: exchange.id,
            route: exchange.route?.name,
            upstream: exchange.upstream,
            error: describeReason(error),
          },
          "upstream failed",
        ),
    };
  }

  /** A request whose connection asks for an upgrade to WebSocket: same checks, different forwarding. */
  admitUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once("finish", () => endConnection(socket));
    socket.on("error", () => socket.destroy());
    acceptAbsoluteForm(request);
    this.admit(request, response, { socket, head });
  }

  admit(request: IncomingMessage, response: ServerResponse, client?: TunnelEnd): void {
    const { lifecycle, metrics } = this.#parts;
    const configuration = this.#parts.readConfiguration();
    const readHealth = () => ({ ...lifecycle.health, version: configuration.version });
    if (serveHealth(request, response, readHealth)) return;
    if (metrics.respond(request, response)) return;
    lifecycle.begin();
    if (lifecycle.state === "draining") response.shouldKeepAlive = false;
    const exchange = new Exchange({ request, response, client }, readHead(request), configuration.version);
    this.#parts.tracing?.begin(exchange);
    response.on("close", () => {
      lifecycle.end();
      exchange.trace?.finish();
      metrics.record(exchange);
      this.#parts.accessLog.record(exchange);
    });
    try {
      const refusal = this.#route(exchange, configuration);
      if (refusal !== undefined) this.#refuse(exchange, refusal);
      else if (exchange.route !== undefined)
        this.#pass(exchange, configuration).catch((error: Error) => this.#fail(exchange, error));
    } catch (error) {
      this.#fail(exchange, error as Error);
    }
  }

  /** Resolves the request's route; the OAuth2 server's own endpoints are served directly. */
  #route(exchange: Exchange, configuration: ServedConfiguration): ApiErrorCode | undefined {
    const { request, head } = exchange;
    if (head.refusal !== undefined) return head.refusal;
    const method = request.method!;
    if (head.hasBody && (method === "GET" || method === "HEAD")) return "DMM_GATEWAY_BODY_UNEXPECTED";
    const url = request.url!;
    if (url.length > longestTarget) return "DMM_GATEWAY_TARGET_TOO_LONG";
    if (url.charCodeAt(0) !== 0x2f || url.includes("#")) return "DMM_GATEWAY_REQUEST_AMBIGUOUS";
    const target = normalizeTarget(url);
    if (target === undefined) return "DMM_GATEWAY_PATH_AMBIGUOUS";
    exchange.target = target;
    const own = this.#parts.readOwnEndpoints();
    if (own?.owns(target.path) === true) {
      own.serve(request, exchange.response);
      return undefined;
    }
    if (configuration.version === 0) return "DMM_GATEWAY_STARTING";
    const host = readHostName(head.host);
    if (method === "OPTIONS" && this.#servePreflight(exchange, configuration, host)) return undefined;
    const resolution = configuration.table.resolve(host, method, target.path);
    if (resolution === undefined) return "DMM_GATEWAY_ROUTE_UNKNOWN";
    if (resolution.route === undefined) {
      this.#refuse(exchange, "DMM_GATEWAY_METHOD_NOT_ALLOWED", { allow: resolution.allow });
      return undefined;
    }
    exchange.route = resolution.route;
    if (resolution.route.cors !== undefined) exchange.shared = writeShared(request, resolution.route.cors);
    if (head.via !== undefined && hasPassed(head.via, this.#parts.realm)) return "DMM_GATEWAY_LOOP_DETECTED";
    if (head.authorization !== undefined && target.query !== "" && carriesToken(target.query))
      return "DMM_GATEWAY_TOKEN_REPEATED";
    return head.contentLength !== undefined && head.contentLength > resolution.route.bodyLimitBytes
      ? "DMM_GATEWAY_BODY_TOO_LARGE"
      : undefined;
  }

  /** Serves a CORS preflight for a route with CORS settings. */
  #servePreflight(exchange: Exchange, { table }: ServedConfiguration, host: string): boolean {
    const method = readPreflight(exchange.request);
    if (method === undefined || exchange.head.hasBody) return false;
    const route = table.resolve(host, method, exchange.target!.path)?.route;
    if (route?.cors === undefined) return false;
    servePreflight(exchange, route);
    return true;
  }

  /** From the token check to the upstream; every failure gets an error response and is not rethrown. */
  async #pass(exchange: Exchange, configuration: ServedConfiguration): Promise<void> {
    const { tokens, rates } = this.#parts;
    const refusal = await authorize(exchange, configuration, tokens);
    if (exchange.response.destroyed) return;
    if (refusal !== undefined) {
      if (exchange.proofFault !== undefined)
        this.#parts.logger.info({ requestId: exchange.id, fault: exchange.proofFault }, "DPoP proof refused");
      this.#refuse(exchange, refusal);
      return;
    }
    const { route, clientId, head, request } = exchange;
    if (route!.rate !== undefined) {
      const caller = clientId ?? nameNetwork(head.forwardedFor ?? request.socket.remoteAddress ?? "");
      const waitMs = await rates.take(route!, caller);
      if (exchange.response.destroyed) return;
      if (waitMs > 0) {
        this.#refuse(exchange, "DMM_GATEWAY_RATE_EXCEEDED", { retryAfterSeconds: Math.ceil(waitMs / 1000) });
        return;
      }
    }
    if (exchange.client === undefined) forward(exchange, this.#forwarding);
    else openTunnel(exchange, exchange.client, this.#forwarding);
  }

  #fail(exchange: Exchange, error: Error): void {
    if (error instanceof RedisUnavailableError) {
      this.#refuse(exchange, "DMM_GATEWAY_TOKENS_UNAVAILABLE");
      return;
    }
    this.#parts.logger.error(
      { requestId: exchange.id, route: exchange.route?.name, err: error },
      "request failed",
    );
    this.#refuse(exchange, "DMM_GATEWAY_INTERNAL");
  }

  #refuse(
    exchange: Exchange,
    code: ApiErrorCode,
    details: { readonly allow?: readonly string[]; readonly retryAfterSeconds?: number } = {},
  ): void {
    const { response, request, head, route } = exchange;
    exchange.error = code;
    if (response.destroyed || response.headersSent) return;
    // The rest of this body is not read: the connection cannot carry another request.
    const unread = head.hasBody && !request.complete;
    if (unread) response.shouldKeepAlive = false;
    sendError(response, code, {
      arriving: unread && isSending(exchange, code),
      requestId: exchange.id,
      realm: this.#parts.realm,
      fields: exchange.shared,
      ...(route !== undefined && code === "DMM_GATEWAY_SCOPE_INSUFFICIENT" ? { scopes: route.scopes } : {}),
      ...details,
    });
  }
}

/**
 * Whether more body data will arrive that can be dropped: not if the client has stopped or waits for 100 Continue.
 */
function isSending({ head, attempts }: Exchange, code: ApiErrorCode): boolean {
  // If the framing cannot be trusted, nothing more is read.
  if (head.refusal !== undefined || code === "DMM_GATEWAY_REQUEST_SLOW") return false;
  return !head.expectsContinue || attempts > 0;
}
