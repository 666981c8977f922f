import type { UpstreamConnection, UpstreamRequest } from "./connection.ts";
import { Connections } from "./connections.ts";
import { type Origin, parseOrigin } from "./origin.ts";

/** Concurrent requests of one process to one origin; more are refused, because a queue only hides the wait. */
const connectionLimit = 1024;

/** Consecutive failures after which an origin is skipped, and for how long, in milliseconds. */
const failuresBeforeRest = 3;
const shortestRestMs = 1000;
const longestRestMs = 30_000;

/** One origin that requests are forwarded to, with its recent health. */
export class UpstreamTarget {
  readonly origin: string;
  inFlight = 0;
  /** Its location. */
  readonly location: Origin;
  readonly #connections: Connections;
  #failures = 0;
  #restUntil = 0;

  constructor(origin: string) {
    this.origin = origin;
    this.location = parseOrigin(origin);
    this.#connections = new Connections(this.location);
  }

  /** Sends a request, and returns the connection used. A new one may take `connectLimitMs` to open. */
  send(request: UpstreamRequest, connectLimitMs: number): UpstreamConnection {
    return this.#connections.send(request, connectLimitMs);
  }

  /** Open connections, and how many of them are idle. */
  get connections(): { readonly open: number; readonly idle: number } {
    return this.#connections;
  }

  get busy(): boolean {
    return this.inFlight >= connectionLimit;
  }

  close(): void {
    this.#connections.close();
  }

  /** Whether requests should be sent here, according to recent ones. */
  isHealthy(now: number): boolean {
    return now >= this.#restUntil;
  }

  succeed(): void {
    this.#failures = 0;
  }

  fail(): void {
    this.#failures++;
    if (this.#failures < failuresBeforeRest) return;
    const doublings = Math.min(this.#failures - failuresBeforeRest, 5);
    this.#restUntil = Date.now() + Math.min(shortestRestMs * 2 ** doublings, longestRestMs);
  }
}
