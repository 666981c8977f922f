import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
} from "@opentelemetry/semantic-conventions";
import { describeApiError } from "../errors.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { ExchangeTrace, TracedAttempt } from "../exchange/exchange-trace.ts";
import type { parseTraceparent } from "../exchange/traceparent.ts";
import { readMethods } from "../oauth2/endpoints.ts";

/** Methods allowed in a span's name: clients could create any number of others. */
const knownMethods = new Set("CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE".split(" "));

/**
 * The spans of one request: one of the gateway, and one per upstream attempt. Never contain a query, a header or a
 * token. https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export class RequestTrace implements ExchangeTrace {
  readonly #tracer: Tracer;
  readonly #exchange: Exchange;
  readonly #span: Span;
  readonly #context: Context;
  #attempt: Span | undefined;
  #position = -1;

  /** `caller` is the parent span that the request names. */
  constructor(tracer: Tracer, exchange: Exchange, caller: ReturnType<typeof parseTraceparent>) {
    this.#tracer = tracer;
    this.#exchange = exchange;
    const received =
      caller === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true });
    this.#span = tracer.startSpan(describeMethod(exchange).name, { kind: SpanKind.SERVER }, received);
    this.#context = trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  /** Begins the span of one attempt, and adds it to the header list for the upstream. */
  startAttempt({ upstream, path, headers }: TracedAttempt): void {
    const { attempts } = this.#exchange;
    const { name, attributes } = describeMethod(this.#exchange);
    const span = this.#tracer.startSpan(name, { kind: SpanKind.CLIENT }, this.#context);
    this.#attempt = span;
    if (span.isRecording())
      span.setAttributes({
        ...attributes,
        ...describeServer(new URL(upstream)),
        [ATTR_URL_FULL]: upstream + path.split("?", 1)[0],
        ...(attempts > 1 ? { [ATTR_HTTP_REQUEST_RESEND_COUNT]: attempts - 1 } : {}),
      });
    const { traceId, spanId, traceFlags } = span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-0${traceFlags & 1}`;
    if (this.#position < 0) this.#position = headers.push("traceparent", traceparent) - 1;
    else headers[this.#position] = traceparent;
  }

  /** The upstream responded with a status, or failed, or both where the response broke off. */
  endAttempt(status: number | undefined, error?: string): void {
    const span = this.#attempt;
    if (span === undefined) return;
    this.#attempt = undefined;
    if (status !== undefined) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    const failure = error ?? (status !== undefined && status >= 400 ? String(status) : undefined);
    if (failure !== undefined) markFailed(span, failure);
    span.end();
  }

  /** The response has been sent, or the client has disconnected. */
  finish(): void {
    const { response, error } = this.#exchange;
    const { statusCode } = response;
    // A tunnel's response bypasses the response object.
    const status = response.headersSent || statusCode === 101 ? statusCode : undefined;
    this.endAttempt(status, statusCode === 101 ? undefined : (error ?? "cancelled"));
    const span = this.#span;
    if (span.isRecording()) this.#describe(span, status);
    span.end();
  }

  #describe(span: Span, status: number | undefined): void {
    const { head, route, target, request, error, caller, id } = this.#exchange;
    const { name, attributes } = describeMethod(this.#exchange);
    const path = target?.path ?? request.url!.split(/[?#]/, 1)[0]!;
    const pattern = route?.path ?? (readMethods(path) === undefined ? undefined : path);
    if (pattern !== undefined) span.updateName(`${name} ${pattern}`).setAttribute(ATTR_HTTP_ROUTE, pattern);
    const scheme = head.forwardedProtocol === "https" ? "https" : "http";
    const server = head.refusal === undefined ? URL.parse(`${scheme}://${head.host}`) : null;
    span.setAttributes({
      ...attributes,
      ...(server === null ? {} : describeServer(server)),
      [ATTR_URL_SCHEME]: scheme,
      [ATTR_URL_PATH]: path,
      "gateway.request_id": id,
      ...(status === undefined ? {} : { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status }),
      ...(caller === undefined ? {} : { "gateway.client_id": caller.clientId }),
      ...(error === undefined ? {} : { "gateway.error": error }),
    });
    // Client errors are not failures of the server.
    if (error !== undefined && describeApiError(error).status >= 500) markFailed(span, error);
    else if (status !== undefined && status >= 500) markFailed(span, String(status));
  }
}

function describeMethod({ method }: Exchange): { readonly name: string; readonly attributes: Attributes } {
  return knownMethods.has(method)
    ? { name: method, attributes: { [ATTR_HTTP_REQUEST_METHOD]: method } }
    : {
        name: "HTTP",
        attributes: {
          [ATTR_HTTP_REQUEST_METHOD]: "_OTHER",
          [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: method,
        },
      };
}

function describeServer({ hostname, port, protocol }: URL): Attributes {
  const usual = protocol === "https:" ? 443 : 80;
  return { [ATTR_SERVER_ADDRESS]: hostname, [ATTR_SERVER_PORT]: port === "" ? usual : Number(port) };
}

function markFailed(span: Span, type: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, type).setStatus({ code: SpanStatusCode.ERROR });
}
