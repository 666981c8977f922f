import { hash } from "node:crypto";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { Route } from "../routing/route.ts";

/**
 * Generic cell rate algorithm: one number per client and route, the time at which its bucket is empty again.
 * Returns 0 when the request may pass, else the milliseconds until one may. The clock is the primary's, so
 * gateways need not agree.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval = tonumber(ARGV[1])
local tolerance = interval * (tonumber(ARGV[2]) - 1)
local empty = tonumber(redis.call('GET', KEYS[1]) or now)
if empty < now then empty = now end
if empty - now > tolerance then return math.ceil(empty - now - tolerance) end
empty = empty + interval
redis.call('SET', KEYS[1], string.format('%.3f', empty), 'PX', math.ceil(empty - now) + 1)
return 0`;

const digest = hash("sha1", script);

/** Rate limits, shared by all gateways. */
export class RateLimiter {
  readonly #primaries: Primaries;
  readonly #logger: Logger;
  /** Requests that passed unchecked because their primary was unavailable. */
  unchecked = 0;

  constructor(primaries: Primaries, logger: Logger) {
    this.#primaries = primaries;
    this.#logger = logger;
  }

  /**
   * Milliseconds until a request of `caller` may pass on this route; 0 when it may now. Fails open: while its
   * primary is unavailable, requests pass.
   */
  async take(route: Route, caller: string): Promise<number> {
    const { rate } = route;
    if (rate === undefined) return 0;
    const key = `rate:${route.name}:${caller}`;
    const parameters = ["1", key, String(1000 / rate.perSecond), String(rate.burst)];
    try {
      return Number(await this.#run(key, parameters));
    } catch (error) {
      this.unchecked++;
      this.#logger.warn({ error: describeReason(error), route: route.name }, "rate limit bypassed");
      return 0;
    }
  }

  async #run(key: string, parameters: string[]): Promise<unknown> {
    try {
      return await this.#primaries.read(key, ["EVALSHA", digest, ...parameters]);
    } catch (error) {
      if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
      return await this.#primaries.read(key, ["EVAL", script, ...parameters]);
    }
  }
}
