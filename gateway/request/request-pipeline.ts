import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { AccessLog } from "../access-log/access-log.ts";
import { Exchange } from "../exchange/exchange.ts";
import { readHead } from "../exchange/head.ts";
import type { TunnelEnd } from "../exchange/tunnel-end.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { describeReason } from "../reason.ts";
import { RedisUnavailableError } from "../redis/unavailable.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { RetryBudget } from "../upstreams/retry-budget.ts";
import { acceptAbsoluteForm } from "./absolute-form.ts";
import { isStillAuthorized } from "./authorize.ts";
import { type ForwardContext, forward } from "./forward.ts";
import { endConnection } from "./linger.ts";
import { refuse } from "./refuse.ts";
import type { InternalEndpoint, Outcome, Step, StepContext } from "./step.ts";
import { type InternalEndpoints, internalEndpoints, steps } from "./steps.ts";
import { openTunnel, type TunnelContext } from "./tunnel.ts";

export interface RequestPathParts extends Omit<StepContext, "configuration" | "forward"> {
  readonly internal: InternalEndpoints;
  readonly lifecycle: Lifecycle;
  readonly accessLog: AccessLog;
  readonly metrics: Metrics;
  /** Absent where requests are not traced. */
  readonly tracing: Tracing | undefined;
  /** The newest configuration; a request keeps the one that it began with. */
  readonly readConfiguration: () => ServedConfiguration;
}

/** Takes every request through the `steps`: it is refused, served by the gateway itself, or forwarded. */
export class RequestPath {
  readonly #parts: RequestPathParts;
  readonly #internal: readonly InternalEndpoint[];
  readonly #forward: StepContext["forward"];
  /** Of the newest configuration. */
  #context: StepContext;

  constructor(parts: RequestPathParts) {
    this.#parts = parts;
    this.#internal = internalEndpoints.map((name) => parts.internal[name]);
    const forwarding = this.#describeForwarding();
    this.#forward = (exchange) => {
      if (exchange.client === undefined) forward(exchange, forwarding);
      else openTunnel(exchange, exchange.client, forwarding);
    };
    this.#context = { ...parts, configuration: parts.readConfiguration(), forward: this.#forward };
  }

  /** A request whose connection asks for an upgrade to WebSocket: the same steps, and a tunnel at their end. */
  admitUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#parts.lifecycle.trackUpgrade(socket);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once("finish", () => endConnection(socket));
    socket.on("error", () => socket.destroy());
    acceptAbsoluteForm(request);
    this.admit(request, response, { socket, head });
  }

  admit(request: IncomingMessage, response: ServerResponse, client?: TunnelEnd): void {
    for (const endpoint of this.#internal) if (endpoint.respond(request, response)) return;
    const { lifecycle, tracing } = this.#parts;
    const context = this.#readContext();
    lifecycle.begin();
    if (lifecycle.state === "draining") response.shouldKeepAlive = false;
    const { version } = context.configuration;
    const exchange = new Exchange({ request, response, client }, readHead(request), version);
    tracing?.begin(exchange);
    response.on("close", () => this.#record(exchange));
    this.#walk(exchange, context, 0, exchange);
  }

  /** Runs the steps from `next` on. `outcome` is the previous step's result. */
  #walk(exchange: Exchange, context: StepContext, next: number, outcome: ReturnType<Step>): void {
    let at = next;
    let last = outcome;
    try {
      while (last === exchange) last = steps[at++]!(exchange, context);
      if (last instanceof Promise) this.#wait(exchange, context, at, last);
      else if (last !== "responded" && "code" in last) refuse(exchange, last, this.#parts.realm);
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  #wait(exchange: Exchange, context: StepContext, next: number, outcome: Promise<Outcome<Exchange>>): void {
    outcome.then(
      (settled) => {
        // Nothing more to do for a client that has disconnected.
        if (!exchange.response.destroyed) this.#walk(exchange, context, next, settled);
      },
      (error: unknown) => this.#fail(exchange, error),
    );
  }

  #fail(exchange: Exchange, error: unknown): void {
    if (error instanceof RedisUnavailableError) {
      refuse(exchange, { code: "DMM_GATEWAY_TOKENS_UNAVAILABLE" }, this.#parts.realm);
      return;
    }
    this.#parts.logger.error(
      { requestId: exchange.id, route: exchange.route?.name, err: error },
      "request failed",
    );
    refuse(exchange, { code: "DMM_GATEWAY_INTERNAL" }, this.#parts.realm);
  }

  #record(exchange: Exchange): void {
    const { lifecycle, metrics, accessLog } = this.#parts;
    lifecycle.end();
    exchange.trace?.finish();
    metrics.record(exchange);
    accessLog.record(exchange);
  }

  /** One object per configuration, which a request keeps for as long as its steps take. */
  #readContext(): StepContext {
    const configuration = this.#parts.readConfiguration();
    if (configuration !== this.#context.configuration)
      this.#context = { ...this.#parts, configuration, forward: this.#forward };
    return this.#context;
  }

  #describeForwarding(): ForwardContext & TunnelContext {
    const { lifecycle, realm, logger, tokens, readConfiguration } = this.#parts;
    return {
      budget: new RetryBudget(),
      lifecycle,
      pseudonym: realm,
      refuse: (exchange, code) => refuse(exchange, { code }, realm),
      isStillAuthorized: (exchange) => isStillAuthorized(exchange, readConfiguration(), tokens),
      logFailure: (exchange, error) =>
        logger.warn(
          {
            requestId: exchange.id,
            route: exchange.route.name,
            upstream: exchange.upstream,
            error: describeReason(error),
          },
          "upstream failed",
        ),
    };
  }
}
