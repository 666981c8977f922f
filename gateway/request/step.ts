import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiErrorCode } from "../errors.ts";
import type { Authorized, Exchange } from "../exchange/exchange.ts";
import type { Logger } from "../logger.ts";
import type { RateLimiter } from "../rate-limit/rate-limiter.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import type { Tokens } from "../tokens/tokens.ts";

/** An endpoint of the gateway's own that serves no API. */
export interface InternalEndpoint {
  /** `true` if it served the request. */
  respond(request: IncomingMessage, response: ServerResponse): boolean;
}

/** The OAuth2 server as the request path sees it. */
export interface OwnEndpoints {
  /** Whether the path is one of its endpoints. */
  owns(path: string): boolean;
  /** `false` while the server is starting; then nothing was sent. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

/** What the steps need besides the request; `configuration` is the version that the request began with. */
export interface StepContext {
  readonly configuration: ServedConfiguration;
  readonly tokens: Tokens;
  readonly rates: RateLimiter;
  readonly logger: Logger;
  /** The platform's public host: realm of challenges, and pseudonym in `Via`. */
  readonly realm: string;
  readonly oauth2: OwnEndpoints;
  /** Sends the request to an upstream of its route, and the response back. */
  readonly forward: (exchange: Authorized) => void;
}

/** Why a request ends here. */
export interface Refusal {
  readonly code: ApiErrorCode;
  /** Methods that the resource has, for 405. */
  readonly allow?: readonly string[];
  /** For 429. */
  readonly retryAfterSeconds?: number;
}

/** Result of a step: the exchange with what is now known of it; or a refusal; or that a response is being sent. */
export type Outcome<Known extends Exchange> = Known | Refusal | "responded";

/** One step of the request path. Only a step that waits for a store returns a promise. */
export interface Steps {
  // As a method, because a step may need more than an exchange that has just begun: `InOrder` compares what it needs.
  step(exchange: Exchange, context: StepContext): Outcome<Exchange> | Promise<Outcome<Exchange>>;
}

export type Step = Steps["step"];

/** What is known of an exchange after a step. */
type KnownAfter<S extends Step, Known> = Known & Extract<Awaited<ReturnType<S>>, Exchange>;

/** The list itself if the steps before each step establish what it needs; otherwise a type that the step does not fit. */
type InOrder<List extends readonly Step[], Known extends Exchange> = List extends readonly [
  infer First extends Step,
  ...infer Rest extends readonly Step[],
]
  ? Known extends Parameters<First>[0]
    ? readonly [First, ...InOrder<Rest, KnownAfter<First, Known>>]
    : readonly ["No step before this one establishes what it needs.", ...Rest]
  : readonly [];

/** A list of steps, if the compiler accepts their order. */
export function inOrder<const List extends readonly Step[]>(
  ...steps: List & InOrder<List, Exchange>
): readonly Step[] {
  return steps;
}
