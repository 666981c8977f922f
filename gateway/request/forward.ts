import { type ApiErrorCode, GatewayError } from "../errors.ts";
import type { Authorized } from "../exchange/exchange.ts";
import { renderRequestHead, writeOutgoingHeaders, writeOutgoingPath } from "../exchange/outgoing.ts";
import type { UpstreamConnection, UpstreamRequest } from "../upstreams/connection.ts";
import type { ResponseHead } from "../upstreams/response-head.ts";
import type { RetryBudget } from "../upstreams/retry-budget.ts";
import type { UpstreamTarget } from "../upstreams/target.ts";
import { UpstreamError } from "../upstreams/upstream-error.ts";
import { PassedContent } from "./body.ts";
import { chooseTarget } from "./choose-target.ts";
import { shareResponse } from "./cross-origin.ts";
import { flushHead } from "./flush-head.ts";
import { writeInterim } from "./interim.ts";
import { cutResponse, endWhileArriving } from "./linger.ts";

export interface ForwardContext {
  readonly budget: RetryBudget;
  /** Sends an error of the catalogue. */
  readonly refuse: (exchange: Authorized, code: ApiErrorCode) => void;
  readonly logFailure: (exchange: Authorized, error: Error) => void;
  /** The gateway's name in `Via`. */
  readonly pseudonym: string;
}

/** Idempotent methods (RFC 9110 section 9.2.2), which may be retried as long as no body has been consumed. */
const repeatable = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Errors caused by the client, not by the upstream. */
const clientFaults = new Set<ApiErrorCode>(["DMM_GATEWAY_BODY_TOO_LARGE", "DMM_GATEWAY_REQUEST_SLOW"]);

/** Forwards the request and streams the response back, each at the pace of the slower side. */
export function forward(exchange: Authorized, context: ForwardContext): void {
  context.budget.earn();
  const target = chooseTarget(exchange, context.refuse);
  if (target !== undefined) new Forwarding(exchange, context, target).attempt();
}

class Forwarding implements UpstreamRequest {
  head = "";
  readonly toHead: boolean;
  readonly content: PassedContent | undefined;
  readonly #exchange: Authorized;
  readonly #context: ForwardContext;
  readonly #path: string;
  readonly #fields: string[];
  /** Of the current attempt. */
  #target: UpstreamTarget;
  #connection: UpstreamConnection | undefined;
  /**
   * Timers for the whole request, the first byte of the response, pauses within it, and a client that does not
   * read.
   */
  #wholeTimer: NodeJS.Timeout | undefined;
  #firstByteTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #stalledTimer: NodeJS.Timeout | undefined;
  #responded = false;
  #left = false;

  constructor(exchange: Authorized, context: ForwardContext, target: UpstreamTarget) {
    this.#exchange = exchange;
    this.#context = context;
    this.#target = target;
    this.#path = writeOutgoingPath(exchange);
    this.#fields = writeOutgoingHeaders(exchange, context.pseudonym);
    this.toHead = exchange.method === "HEAD";
    this.content = exchange.head.hasBody ? new PassedContent(exchange) : undefined;
    exchange.response.on("close", () => this.#leave());
    const { wholeLimitMs } = exchange.route;
    if (wholeLimitMs > 0) this.#wholeTimer = setTimeout(this.#tooLong, wholeLimitMs);
  }

  attempt(): void {
    const exchange = this.#exchange;
    const target = this.#target;
    exchange.upstream = target.origin;
    exchange.attempts++;
    target.inFlight++;
    exchange.trace?.startAttempt({
      upstream: target.origin,
      path: this.#path,
      headers: this.#fields,
    });
    if (this.content === undefined) this.#startFirstByteTimer();
    this.head = renderRequestHead(exchange, target.location.authority, this.#path, this.#fields);
    this.#connection = target.send(this, exchange.route.upstream.connectLimitMs);
  }

  /** The upstream's time limit starts when it has the whole request. */
  onSent(): void {
    if (this.content !== undefined && !this.#responded) this.#startFirstByteTimer();
  }

  onInterim(head: ResponseHead): void {
    writeInterim(this.#exchange.response, head);
  }

  onWhole(head: ResponseHead, body: string): void {
    const { response } = this.#exchange;
    this.#writeHead(head);
    this.#exchange.sentBytes += body.length;
    this.#settle();
    // A single text, header and body, is sent in one packet.
    if (this.#isArriving) endWhileArriving(response, Buffer.from(body, "latin1"));
    else response.end(body, "latin1");
  }

  onHead(head: ResponseHead): void {
    this.#writeHead(head);
    // Sent together with the first body data, without waiting for data that arrives later.
    setImmediate(flushHead, this.#exchange.response);
    this.#idleTimer = setTimeout(this.#tooSlow, this.#exchange.route.idleLimitMs);
  }

  onData(chunk: Buffer): void {
    const { response, route } = this.#exchange;
    this.#exchange.sentBytes += chunk.length;
    this.#idleTimer?.refresh();
    if (response.write(chunk) || response.destroyed) return;
    const connection = this.#connection!;
    connection.pause();
    clearTimeout(this.#idleTimer);
    this.#stalledTimer = setTimeout(this.#notRead, route.idleLimitMs);
    response.once("drain", () => {
      clearTimeout(this.#stalledTimer);
      // By now it may carry another request.
      if (this.#connection !== connection || connection.closed) return;
      this.#idleTimer = setTimeout(this.#tooSlow, route.idleLimitMs);
      connection.resume();
    });
  }

  onEnd(): void {
    const { response } = this.#exchange;
    this.#settle();
    if (this.#isArriving) endWhileArriving(response);
    else response.end();
  }

  onFailure(error: Error): void {
    this.#target.inFlight--;
    this.content?.stop();
    clearTimeout(this.#firstByteTimer);
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#stalledTimer);
    const exchange = this.#exchange;
    const code = explainUpstreamError(error);
    exchange.trace?.endAttempt(this.#responded ? exchange.response.statusCode : undefined, code);
    if (this.#left) return;
    const ownFault = clientFaults.has(code);
    if (!ownFault) {
      this.#target.fail();
      this.#context.logFailure(exchange, error);
    }
    if (this.#responded) {
      // The status is already sent: cutting the connection is the only way to signal an incomplete response.
      exchange.error = code;
      cutResponse(exchange.response);
    } else if (!ownFault && this.#mayRepeat(code)) {
      this.#retry();
    } else {
      clearTimeout(this.#wholeTimer);
      this.#context.refuse(exchange, code);
    }
  }

  /** At another target, if the upstream has one. */
  #retry(): void {
    const target = chooseTarget(this.#exchange, this.#context.refuse, this.#target);
    if (target === undefined) return;
    this.#target = target;
    this.attempt();
  }

  #writeHead(head: ResponseHead): void {
    const { response, id, shared } = this.#exchange;
    this.#responded = true;
    clearTimeout(this.#firstByteTimer);
    // The rest of this body is not read: the connection cannot carry another request.
    if (this.#isArriving) response.shouldKeepAlive = false;
    if (shared.length > 0) shareResponse(head.fields, shared);
    head.fields.push("x-request-id", id);
    response.writeHead(head.status, head.fields);
  }

  /** Whether the client is still sending. */
  get #isArriving(): boolean {
    return this.content !== undefined && !this.#exchange.request.complete;
  }

  #mayRepeat(code: ApiErrorCode): boolean {
    const { attempts, method, route } = this.#exchange;
    return (
      code === "DMM_GATEWAY_UPSTREAM_FAILED" &&
      attempts <= route.retries &&
      this.content === undefined &&
      repeatable.has(method) &&
      this.#context.budget.spend()
    );
  }

  /** The response is complete. */
  #settle(): void {
    this.#target.inFlight--;
    this.#target.succeed();
    this.content?.stop();
    clearTimeout(this.#wholeTimer);
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#stalledTimer);
    this.#exchange.trace?.endAttempt(this.#exchange.response.statusCode);
    this.#connection = undefined;
  }

  #leave(): void {
    clearTimeout(this.#wholeTimer);
    clearTimeout(this.#stalledTimer);
    this.#left = true;
    this.#connection?.destroy(new Error("The client disconnected."));
  }

  readonly #tooSlow = () => this.#connection?.destroy(new GatewayError("DMM_GATEWAY_UPSTREAM_SLOW"));

  /** Not the upstream's fault: the client counts as disconnected. */
  readonly #notRead = () => this.#exchange.response.destroy();

  readonly #tooLong = () => {
    if (this.#connection?.paused === true) this.#notRead();
    else if (this.content?.waitsForClient === true)
      this.#connection?.destroy(new GatewayError("DMM_GATEWAY_REQUEST_SLOW"));
    else this.#tooSlow();
  };

  #startFirstByteTimer(): void {
    this.#firstByteTimer = setTimeout(this.#tooSlow, this.#exchange.route.firstByteLimitMs);
  }
}

function explainUpstreamError(error: Error): ApiErrorCode {
  return error instanceof GatewayError || error instanceof UpstreamError
    ? error.code
    : "DMM_GATEWAY_UPSTREAM_FAILED";
}
