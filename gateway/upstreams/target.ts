import { Pool } from "undici";

/** Requests that one origin is given at a time by one process; more are refused, because a queue only hides the wait. */
const connectionLimit = 1024;

/** Consecutive failures after which an origin is left alone, and for how long, in milliseconds. */
const failuresBeforeRest = 3;
const shortestRestMs = 1000;
const longestRestMs = 30_000;

/** One origin that requests are forwarded to, and how it has been doing. */
export class UpstreamTarget {
  readonly origin: string;
  readonly pool: Pool;
  inFlight = 0;
  #failures = 0;
  #restUntil = 0;

  constructor(origin: string, connectLimitMs: number) {
    this.origin = origin;
    this.pool = new Pool(origin, {
      connections: connectionLimit,
      // One request a connection: behind a slow one nobody waits, and a broken one says which request it broke.
      pipelining: 1,
      allowH2: false,
      connect: { timeout: connectLimitMs },
      keepAliveTimeout: 10_000,
      keepAliveMaxTimeout: 60_000,
      // Reopened now and then, so that a name that moved is noticed.
      clientTtl: 60_000,
    });
  }

  get busy(): boolean {
    return this.inFlight >= connectionLimit;
  }

  /** Whether requests should be sent here, as far as the last ones tell. */
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
