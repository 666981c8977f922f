import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiErrorCode } from "../errors.ts";
import type { ServedRoute } from "../routing/served.ts";
import type { ExchangeTrace } from "./exchange-trace.ts";
import type { Head } from "./head.ts";
import type { Target } from "./request-target.ts";
import { createRequestId } from "./traceparent.ts";
import type { TunnelEnd } from "./tunnel-end.ts";

/** The client, and possibly the user, of a valid token. */
export interface Caller {
  readonly clientId: string;
  /** Scopes of the token that its client still has, separated by spaces. */
  readonly scope: string | undefined;
  /** Absent for a token from the client credentials grant. */
  readonly accountId: string | undefined;
  /** In seconds since 1970. */
  readonly tokenExpiresAt: number;
}

/** A request whose path has one meaning. */
export interface Targeted extends Exchange {
  readonly target: Target;
}

/** A request with its route. */
export interface Routed extends Targeted {
  readonly route: ServedRoute;
}

/** A request with a valid token, or on a public route. */
export interface Authenticated extends Routed {
  readonly authenticated: true;
}

/** A request that is allowed to use its route. */
export interface Authorized extends Authenticated {
  readonly authorized: true;
}

/**
 * One request and its response on their way through the gateway. What the steps of the request path find out is set by
 * the methods below, which narrow the type: a step that needs a route takes a `Routed`, and only what has been
 * `Authorized` can be forwarded.
 */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly head: Head;
  readonly id = createRequestId();
  readonly startedAt = performance.now();
  /** Version of the configuration when the request began. */
  readonly version: number;
  /** Set when the client asked to switch to WebSocket. */
  readonly client: TunnelEnd | undefined;
  target: Target | undefined;
  route: ServedRoute | undefined;
  authenticated = false;
  authorized = false;
  /** Absent until the token has been found valid, and on a public route. */
  caller: Caller | undefined;
  /** CORS fields of the response, where the route allows other origins. */
  shared: readonly string[] = [];
  error: ApiErrorCode | undefined;
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
    this.method = origin.request.method ?? "";
    this.response = origin.response;
    this.client = origin.client;
    this.head = head;
    this.version = version;
  }

  setTarget(target: Target): asserts this is Targeted {
    this.target = target;
  }

  setRoute(this: Targeted, route: ServedRoute): asserts this is Routed {
    this.route = route;
  }

  /** `caller` is absent on a public route only. */
  setCaller(this: Routed, caller: Caller | undefined): asserts this is Authenticated {
    this.caller = caller;
    this.authenticated = true;
  }

  setAuthorized(this: Authenticated): asserts this is Authorized {
    this.authorized = true;
  }

  /** Status of the response; 0 if the client disconnected before it. */
  get status(): number {
    const { headersSent, statusCode } = this.response;
    // A tunnel's response bypasses the response object.
    return headersSent || statusCode === 101 ? statusCode : 0;
  }
}
