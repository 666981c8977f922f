import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessLog } from "../delivery/access-log.ts";
import type { ApiErrorCode } from "../errors.ts";
import { answerHealth } from "../health.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { Logger } from "../logger.ts";
import { RedisUnavailableError } from "../redis/unavailable.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { findMissingScope, type TokenRecord, type Tokens } from "../tokens/tokens.ts";
import { RetryBudget } from "../upstreams/retry-budget.ts";
import { answerError } from "./answer.ts";
import { readCredentials } from "./credentials.ts";
import { Exchange } from "./exchange.ts";
import { type ForwardContext, forward } from "./forward.ts";
import { readHead } from "./head.ts";
import { normalizeTarget } from "./path.ts";

/** The OAuth2 server, as far as the entrance needs to know it. */
export interface OwnEndpoints {
  /** Whether the path is one of its endpoints. */
  owns(path: string): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
}

export interface EntranceParts {
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly tokens: Tokens;
  readonly accessLog: AccessLog;
  readonly realm: string;
  /** The newest configuration; a request keeps the one that it began with. */
  readonly readConfiguration: () => ServedConfiguration;
  readonly readOwnEndpoints: () => OwnEndpoints | undefined;
}

/** Every request comes in here: refused, answered by the gateway itself, or forwarded. */
export class Entrance {
  readonly #parts: EntranceParts;
  readonly #forwarding: ForwardContext;

  constructor(parts: EntranceParts) {
    this.#parts = parts;
    this.#forwarding = {
      budget: new RetryBudget(),
      refuse: (exchange, code) => this.#refuse(exchange, code),
      tell: (exchange, error) =>
        parts.logger.warn(
          {
            requestId: exchange.id,
            route: exchange.route?.name,
            upstream: exchange.upstream,
            error: error.message,
          },
          "upstream failed",
        ),
    };
  }

  admit(request: IncomingMessage, response: ServerResponse): void {
    const { lifecycle } = this.#parts;
    const configuration = this.#parts.readConfiguration();
    if (answerHealth(request, response, () => ({ state: lifecycle.state, version: configuration.version })))
      return;
    lifecycle.begin();
    if (lifecycle.state === "draining") response.shouldKeepAlive = false;
    const exchange = new Exchange(request, response, readHead(request), configuration.version);
    response.once("close", () => {
      lifecycle.end();
      this.#parts.accessLog.record(exchange);
    });
    const refusal = this.#route(exchange, configuration);
    if (refusal !== undefined) this.#refuse(exchange, refusal);
    else if (exchange.route !== undefined) this.#authorize(exchange, configuration);
  }

  /** Finds out where the request leads; the OAuth2 server's own endpoints are answered at once. */
  #route(exchange: Exchange, configuration: ServedConfiguration): ApiErrorCode | undefined {
    const { request, head } = exchange;
    if (head.refusal !== undefined) return head.refusal;
    const method = request.method!;
    if (head.hasBody && (method === "GET" || method === "HEAD")) return "DMM_GATEWAY_BODY_UNEXPECTED";
    const url = request.url!;
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
    const resolution = configuration.table.resolve(readHostName(head.host), method, target.path);
    if (resolution === undefined) return "DMM_GATEWAY_ROUTE_UNKNOWN";
    if (resolution.route === undefined) {
      this.#refuse(exchange, "DMM_GATEWAY_METHOD_NOT_ALLOWED", resolution.allow);
      return undefined;
    }
    exchange.route = resolution.route;
    return head.contentLength !== undefined && head.contentLength > resolution.route.bodyLimitBytes
      ? "DMM_GATEWAY_BODY_TOO_LARGE"
      : undefined;
  }

  #authorize(exchange: Exchange, configuration: ServedConfiguration): void {
    const route = exchange.route!;
    if (route.public) {
      forward(exchange, this.#forwarding);
      return;
    }
    const credentials = readCredentials(exchange.head.authorization, exchange.head.authorizations);
    if (credentials === "missing") {
      this.#refuse(exchange, "DMM_GATEWAY_TOKEN_MISSING");
      return;
    }
    if (credentials === "malformed") {
      this.#refuse(exchange, "DMM_GATEWAY_TOKEN_MALFORMED");
      return;
    }
    this.#parts.tokens.find(credentials.token).then(
      (record) => {
        if (exchange.response.destroyed) return;
        const refusal = this.#check(exchange, record, configuration);
        if (refusal === undefined) forward(exchange, this.#forwarding);
        else this.#refuse(exchange, refusal);
      },
      (error: Error) => {
        const known = error instanceof RedisUnavailableError;
        if (!known) this.#parts.logger.error({ requestId: exchange.id, error }, "token look-up failed");
        this.#refuse(exchange, known ? "DMM_GATEWAY_TOKENS_UNAVAILABLE" : "DMM_GATEWAY_INTERNAL");
      },
    );
  }

  #check(
    exchange: Exchange,
    record: TokenRecord | undefined,
    configuration: ServedConfiguration,
  ): ApiErrorCode | undefined {
    // A token bound to a key is worth nothing without the proof of that key.
    if (record === undefined || record.jkt !== undefined) return "DMM_GATEWAY_TOKEN_INVALID";
    if (!configuration.clients.has(record.clientId)) return "DMM_GATEWAY_TOKEN_INVALID";
    exchange.clientId = record.clientId;
    exchange.scope = record.scope;
    exchange.accountId = record.accountId;
    return findMissingScope(exchange.route!.scopes, record.scope) === undefined
      ? undefined
      : "DMM_GATEWAY_SCOPE_INSUFFICIENT";
  }

  #refuse(exchange: Exchange, code: ApiErrorCode, allow?: readonly string[]): void {
    const { response, request, head, route } = exchange;
    exchange.error = code;
    if (response.destroyed || response.headersSent) return;
    // Nobody reads the rest of this body: the connection cannot carry another request.
    if (head.hasBody && !request.complete) response.shouldKeepAlive = false;
    answerError(response, code, {
      requestId: exchange.id,
      realm: this.#parts.realm,
      ...(route !== undefined && code === "DMM_GATEWAY_SCOPE_INSUFFICIENT" ? { scopes: route.scopes } : {}),
      ...(allow === undefined ? {} : { allow }),
    });
  }
}

/** `API.Example.com:8443` → `api.example.com`. */
function readHostName(host: string): string {
  const end = host.startsWith("[") ? host.indexOf("]") + 1 : host.indexOf(":");
  return (end <= 0 ? host : host.slice(0, end)).toLowerCase();
}
