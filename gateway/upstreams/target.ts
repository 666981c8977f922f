import { Pool } from "undici";

/** Requests that one origin is given at a time by one process; more are refused, because a queue only hides the wait. */
const connectionLimit = 1024;

/** Consecutive failures after which an origin is left alone, and for how long, in milliseconds. */
const failuresBeforeRest = 3;
const shortestRestMs = 1000;
const longestRestMs = 30_000;

/** Connections are reopened after this long, so that a name that leads elsewhere by then is noticed, in milliseconds. */
const poolLifetimeMs = 60_000;

/** One origin that requests are forwarded to, and how it has been doing. */
export class UpstreamTarget {
  readonly origin: string;
  inFlight = 0;
  /** By the time that opening a connection may take, in milliseconds: upstreams that share an origin may differ in it. */
  readonly #pools = new Map<number, Pool>();
  #renewAt = Date.now() + poolLifetimeMs;
  #failures = 0;
  #restUntil = 0;

  constructor(origin: string) {
    this.origin = origin;
  }

  /** The connections to use now, where opening one may take so long. */
  choosePool(connectLimitMs: number): Pool {
    if (Date.now() >= this.#renewAt) {
      this.#renewAt = Date.now() + poolLifetimeMs;
      // Each closes when what runs on it has ended.
      for (const pool of this.#pools.values()) pool.close().catch(() => {});
      this.#pools.clear();
    }
    let pool = this.#pools.get(connectLimitMs);
    if (pool === undefined) {
      pool = this.#open(connectLimitMs);
      this.#pools.set(connectLimitMs, pool);
    }
    return pool;
  }

  get busy(): boolean {
    return this.inFlight >= connectionLimit;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
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

  #open(connectLimitMs: number): Pool {
    return new Pool(this.origin, {
      connections: connectionLimit,
      // One request a connection: behind a slow one nobody waits, and a broken one says which request it broke.
      pipelining: 1,
      allowH2: false,
      connect: { timeout: connectLimitMs },
      // Shorter than any server's own: a request sent into a connection that is being closed fails.
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 60_000,
    });
  }
}
