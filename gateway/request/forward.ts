import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { type ApiErrorCode, GatewayError } from "../errors.ts";
import type { RetryBudget } from "../upstreams/retry-budget.ts";
import type { UpstreamTarget } from "../upstreams/target.ts";
import { limitBody } from "./body.ts";
import type { Exchange } from "./exchange.ts";
import { writeOutgoingHeaders, writeOutgoingPath, writeResponseHeaders } from "./outgoing.ts";

export interface ForwardContext {
  readonly budget: RetryBudget;
  /** Answers an error of the catalogue. */
  readonly refuse: (exchange: Exchange, code: ApiErrorCode) => void;
  readonly tell: (exchange: Exchange, error: Error) => void;
}

/** Methods that may be sent twice (RFC 9110 9.2.2), as long as they carry no body that is gone after the first time. */
const repeatable = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Sends the request on and the answer back, part by part, each as fast as the slower side takes it. */
export function forward(exchange: Exchange, context: ForwardContext): void {
  context.budget.earn();
  new Forwarding(exchange, context).attempt(undefined);
}

class Forwarding implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #context: ForwardContext;
  readonly #path: string;
  readonly #headers: string[];
  #target: UpstreamTarget | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  /** Of the whole request, of the answer's first byte, and of a client that does not read. */
  #wholeTimer: NodeJS.Timeout | undefined;
  #firstByteTimer: NodeJS.Timeout | undefined;
  #stalledTimer: NodeJS.Timeout | undefined;
  #answered = false;
  /** Content-Length of the answer, and its body where that came in one chunk. */
  #announcedBytes: number | undefined;
  #wholeBody: Buffer | undefined;
  #left = false;

  constructor(exchange: Exchange, context: ForwardContext) {
    this.#exchange = exchange;
    this.#context = context;
    this.#path = writeOutgoingPath(exchange);
    this.#headers = writeOutgoingHeaders(exchange);
    exchange.response.on("close", () => this.#leave());
    const { wholeLimitMs } = exchange.route!;
    if (wholeLimitMs > 0) this.#wholeTimer = setTimeout(this.#tooSlow, wholeLimitMs);
  }

  attempt(except: UpstreamTarget | undefined): void {
    const exchange = this.#exchange;
    const route = exchange.route!;
    const target = route.choices.choose(except);
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
    exchange.trace?.startAttempt(this.#headers);
    if (!exchange.head.hasBody) this.#startFirstByteTimer();
    try {
      target.choosePool(route.upstream.connectLimitMs).dispatch(
        {
          path: this.#path,
          method: exchange.request.method as Dispatcher.HttpMethod,
          headers: this.#headers,
          body: this.#openBody(),
          // Ours is exact; the library's is half a second late.
          headersTimeout: 0,
          bodyTimeout: route.idleLimitMs,
        },
        this,
      );
    } catch (error) {
      this.onResponseError(undefined, error as Error);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Who left while the request waited for a connection must not hold that connection.
    if (this.#left) controller.abort(new Error("The client left."));
  }

  /** The upstream's time begins when it has the whole request. */
  onRequestSent(): void {
    if (this.#exchange.head.hasBody && !this.#answered) this.#startFirstByteTimer();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    if (status === 101) {
      controller.abort(new Error("The upstream switched protocols unasked."));
      return;
    }
    this.#answered = true;
    clearTimeout(this.#firstByteTimer);
    const { head, request, response } = this.#exchange;
    // Nobody reads the rest of this body: the connection cannot carry another request.
    if (head.hasBody && !request.complete) response.shouldKeepAlive = false;
    const { "content-length": length, "transfer-encoding": coding } = headers;
    if (typeof length === "string" && coding === undefined) this.#announcedBytes = Number(length);
    response.writeHead(status, writeResponseHeaders(headers, this.#exchange.id));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response } = this.#exchange;
    this.#exchange.sentBytes += chunk.length;
    if (chunk.length === this.#announcedBytes) {
      // The answer ends with this chunk, now: head, body and end leave together.
      this.#wholeBody = chunk;
      return;
    }
    if (response.write(chunk)) return;
    controller.pause();
    this.#stalledTimer = setTimeout(this.#notRead, this.#exchange.route!.idleLimitMs);
    response.once("drain", () => {
      clearTimeout(this.#stalledTimer);
      controller.resume();
    });
  }

  onResponseEnd(): void {
    this.#settle();
    this.#target!.succeed();
    this.#exchange.trace?.endAttempt(this.#exchange.response.statusCode);
    this.#exchange.response.end(this.#wholeBody);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#target!.inFlight--;
    clearTimeout(this.#firstByteTimer);
    if (this.#left) {
      this.#stopTimer();
      return;
    }
    const code = explainUpstreamError(error);
    this.#exchange.trace?.endAttempt(this.#answered ? this.#exchange.response.statusCode : undefined, code);
    const ownFault = code === "DMM_GATEWAY_BODY_TOO_LARGE" || code === "DMM_GATEWAY_REQUEST_SLOW";
    if (!ownFault) {
      this.#target!.fail();
      this.#context.tell(this.#exchange, error);
    }
    if (this.#answered) {
      // The status is gone: a cut connection is the only way to say that the answer is not whole.
      this.#stopTimer();
      this.#exchange.error = code;
      this.#exchange.response.destroy();
      return;
    }
    if (!ownFault && this.#mayRepeat(code)) {
      this.attempt(this.#target);
      return;
    }
    this.#stopTimer();
    this.#context.refuse(this.#exchange, code);
  }

  #openBody(): Readable | null {
    const { head, request, route } = this.#exchange;
    if (!head.hasBody) return null;
    if (head.expectsContinue) this.#exchange.response.writeContinue();
    // A body that stops arriving must not hold an upstream connection.
    request.setTimeout(route!.idleLimitMs, () => this.#abort(new GatewayError("DMM_GATEWAY_REQUEST_SLOW")));
    request.once("end", () => request.setTimeout(0));
    return head.chunked ? limitBody(request, route!.bodyLimitBytes) : request;
  }

  #mayRepeat(code: ApiErrorCode): boolean {
    const { attempts, head, request, route } = this.#exchange;
    return (
      code === "DMM_GATEWAY_UPSTREAM_FAILED" &&
      attempts <= route!.retries &&
      !head.hasBody &&
      repeatable.has(request.method!) &&
      this.#context.budget.spend()
    );
  }

  #abort(reason: Error): void {
    this.#controller?.abort(reason);
  }

  #leave(): void {
    this.#stopTimer();
    if (this.#exchange.response.writableFinished) return;
    this.#left = true;
    this.#abort(new Error("The client left."));
  }

  #settle(): void {
    this.#stopTimer();
    this.#target!.inFlight--;
  }

  readonly #tooSlow = () => this.#abort(new GatewayError("DMM_GATEWAY_UPSTREAM_SLOW"));

  readonly #notRead = () => this.#abort(new Error("The client does not read."));

  #startFirstByteTimer(): void {
    this.#firstByteTimer = setTimeout(this.#tooSlow, this.#exchange.route!.firstByteLimitMs);
  }

  #stopTimer(): void {
    clearTimeout(this.#wholeTimer);
    clearTimeout(this.#firstByteTimer);
    clearTimeout(this.#stalledTimer);
  }
}

function explainUpstreamError(error: Error): ApiErrorCode {
  if (error instanceof GatewayError) return error.code;
  const { code } = error as { code?: string };
  return code === "UND_ERR_HEADERS_TIMEOUT" ||
    code === "UND_ERR_BODY_TIMEOUT" ||
    code === "UND_ERR_CONNECT_TIMEOUT"
    ? "DMM_GATEWAY_UPSTREAM_SLOW"
    : "DMM_GATEWAY_UPSTREAM_FAILED";
}
