import { type ApiErrorCode, GatewayError } from "../errors.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { renderRequestHead, writeOutgoingHeaders, writeOutgoingPath } from "../exchange/outgoing.ts";
import type { UpstreamConnection, UpstreamRequest } from "../upstreams/connection.ts";
import type { ResponseHead } from "../upstreams/response-head.ts";
import type { RetryBudget } from "../upstreams/retry-budget.ts";
import type { UpstreamTarget } from "../upstreams/target.ts";
import { UpstreamError } from "../upstreams/upstream-error.ts";
import { PassedContent } from "./body.ts";
import { shareResponse } from "./cross-origin.ts";
import { flushHead } from "./flush-head.ts";
import { writeInterim } from "./interim.ts";
import { cutResponse, endWhileArriving } from "./linger.ts";

export interface ForwardContext {
  readonly budget: RetryBudget;
  /** Answers an error of the catalogue. */
  readonly refuse: (exchange: Exchange, code: ApiErrorCode) => void;
  readonly tell: (exchange: Exchange, error: Error) => void;
  /** The gateway's name in `Via`. */
  readonly pseudonym: string;
}

/** Methods that may be sent twice (RFC 9110 9.2.2), as long as they carry no body that is gone after the first time. */
const repeatable = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Faults of a client, not of the upstream that was waiting for it. */
const clientFaults = new Set<ApiErrorCode>(["DMM_GATEWAY_BODY_TOO_LARGE", "DMM_GATEWAY_REQUEST_SLOW"]);

/** Sends the request on and the answer back, part by part, each as fast as the slower side takes it. */
export function forward(exchange: Exchange, context: ForwardContext): void {
  context.budget.earn();
  new Forwarding(exchange, context).attempt(undefined);
}

class Forwarding implements UpstreamRequest {
  head = "";
  readonly toHead: boolean;
  readonly content: PassedContent | undefined;
  readonly #exchange: Exchange;
  readonly #context: ForwardContext;
  readonly #path: string;
  readonly #fields: string[];
  #target: UpstreamTarget | undefined;
  #connection: UpstreamConnection | undefined;
  /** Of the whole request, of the answer's first byte, between its parts, and of a client that does not read. */
  #wholeTimer: NodeJS.Timeout | undefined;
  #firstByteTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #stalledTimer: NodeJS.Timeout | undefined;
  #responded = false;
  #left = false;

  constructor(exchange: Exchange, context: ForwardContext) {
    this.#exchange = exchange;
    this.#context = context;
    this.#path = writeOutgoingPath(exchange);
    this.#fields = writeOutgoingHeaders(exchange, context.pseudonym);
    this.toHead = exchange.request.method === "HEAD";
    this.content = exchange.head.hasBody ? new PassedContent(exchange) : undefined;
    exchange.response.on("close", () => this.#leave());
    const { wholeLimitMs } = exchange.route!;
    if (wholeLimitMs > 0) this.#wholeTimer = setTimeout(this.#tooLong, wholeLimitMs);
  }

  attempt(except: UpstreamTarget | undefined): void {
    const exchange = this.#exchange;
    const { choices, upstream } = exchange.route!;
    const target = choices.choose(except);
    if (target === undefined) {
      this.#context.refuse(exchange, "DMM_GATEWAY_UPSTREAM_FAILED");
      return;
    }
    if (target.busy) {
      this.#context.refuse(exchange, "DMM_GATEWAY_UPSTREAM_BUSY");
      return;
    }
    this.#target = target;
    exchange.upstream = target.origin;
    exchange.attempts++;
    target.inFlight++;
    exchange.trace?.startAttempt(this.#fields);
    if (this.content === undefined) this.#startFirstByteTimer();
    this.head = renderRequestHead(exchange, target.location.authority, this.#path, this.#fields);
    this.#connection = target.send(this, upstream.connectLimitMs);
  }

  /** The upstream's time begins when it has the whole request. */
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
    // One text, head and body, leaves in one piece.
    if (this.#isArriving) endWhileArriving(response, Buffer.from(body, "latin1"));
    else response.end(body, "latin1");
  }

  onHead(head: ResponseHead): void {
    this.#writeHead(head);
    // It leaves with the first of the body, but does not wait for one that comes later.
    setImmediate(flushHead, this.#exchange.response);
    this.#idleTimer = setTimeout(this.#tooSlow, this.#exchange.route!.idleLimitMs);
  }

  onData(chunk: Buffer): void {
    const { response, route } = this.#exchange;
    this.#exchange.sentBytes += chunk.length;
    this.#idleTimer?.refresh();
    if (response.write(chunk) || response.destroyed) return;
    const connection = this.#connection!;
    connection.pause();
    clearTimeout(this.#idleTimer);
    this.#stalledTimer = setTimeout(this.#notRead, route!.idleLimitMs);
    response.once("drain", () => {
      clearTimeout(this.#stalledTimer);
      // By now it may carry another request.
      if (this.#connection !== connection || connection.closed) return;
      this.#idleTimer = setTimeout(this.#tooSlow, route!.idleLimitMs);
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
    this.#target!.inFlight--;
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
      this.#target!.fail();
      this.#context.tell(exchange, error);
    }
    if (this.#responded) {
      // The status is gone: a cut connection is the only way to say that the answer is not whole.
      exchange.error = code;
      cutResponse(exchange.response);
    } else if (!ownFault && this.#mayRepeat(code)) {
      this.attempt(this.#target);
    } else {
      clearTimeout(this.#wholeTimer);
      this.#context.refuse(exchange, code);
    }
  }

  #writeHead(head: ResponseHead): void {
    const { response, id, shared } = this.#exchange;
    this.#responded = true;
    clearTimeout(this.#firstByteTimer);
    // Nobody reads the rest of this body: the connection cannot carry another request.
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
    const { attempts, request, route } = this.#exchange;
    return (
      code === "DMM_GATEWAY_UPSTREAM_FAILED" &&
      attempts <= route!.retries &&
      this.content === undefined &&
      repeatable.has(request.method!) &&
      this.#context.budget.spend()
    );
  }

  /** The answer is whole. */
  #settle(): void {
    this.#target!.inFlight--;
    this.#target!.succeed();
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

  /** No fault of the upstream: the client counts as gone. */
  readonly #notRead = () => this.#exchange.response.destroy();

  readonly #tooLong = () => {
    if (this.#connection?.paused === true) this.#notRead();
    else if (this.content?.waitsForClient === true)
      this.#connection?.destroy(new GatewayError("DMM_GATEWAY_REQUEST_SLOW"));
    else this.#tooSlow();
  };

  #startFirstByteTimer(): void {
    this.#firstByteTimer = setTimeout(this.#tooSlow, this.#exchange.route!.firstByteLimitMs);
  }
}

function explainUpstreamError(error: Error): ApiErrorCode {
  if (error instanceof GatewayError) return error.code;
  return error instanceof UpstreamError && error.kind === "slow"
    ? "DMM_GATEWAY_UPSTREAM_SLOW"
    : "DMM_GATEWAY_UPSTREAM_FAILED";
}
