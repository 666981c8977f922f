import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiErrorCode } from "../errors.ts";
import type { ServedRoute } from "../routing/served.ts";
import type { ExchangeTrace } from "./exchange-trace.ts";
import type { Head } from "./head.ts";
import type { Target } from "./path.ts";
import { createRequestId } from "./trace.ts";
import type { TunnelEnd } from "./tunnel-end.ts";

/** One request and its response on their way through the gateway. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: Head;
  readonly id = createRequestId();
  readonly startedAt = performance.now();
  /** Version of the configuration when the request began. */
  readonly version: number;
  /** Set when the client asked to switch to WebSocket. */
  readonly client: TunnelEnd | undefined;
  target: Target | undefined;
  route: ServedRoute | undefined;
  /** CORS fields of the response, where the route allows other origins. */
  shared: readonly string[] = [];
  clientId: string | undefined;
  scope: string | undefined;
  accountId: string | undefined;
  /** In seconds since 1970; absent where no token is needed. */
  tokenExpiresAt: number | undefined;
  error: ApiErrorCode | undefined;
  /** What was wrong with a DPoP proof, for the log. */
  proofFault: string | undefined;
  /** Origin that responded or failed last. */
  upstream: string | undefined;
  /** Set where requests are traced. */
  trace: ExchangeTrace | undefined;
  attempts = 0;
  sentBytes = 0;

  constructor(
    origin: { request: IncomingMessage; response: ServerResponse; client: TunnelEnd | undefined },
    head: Head,
    version: number,
  ) {
    this.request = origin.request;
    this.response = origin.response;
    this.client = origin.client;
    this.head = head;
    this.version = version;
  }

  /** Status of the response; 0 if the client disconnected before it. */
  get status(): number {
    const { headersSent, statusCode } = this.response;
    // A tunnel's response bypasses the response object.
    return headersSent || statusCode === 101 ? statusCode : 0;
  }
}
