import { hash, randomUUID } from "node:crypto";
import { setTimeout as elapse } from "node:timers/promises";
import type { Primaries } from "../redis/primaries.ts";

/** How often something may be tried within a window. */
export interface Allowance {
  readonly kind: string;
  readonly attempts: number;
  readonly windowSeconds: number;
}

export const allowances = {
  /** Wrong guesses at one user's password, from wherever. */
  user: { kind: "user", attempts: 10, windowSeconds: 900 },
  /** Wrong guesses from one address, at whomever. */
  address: { kind: "address", attempts: 50, windowSeconds: 900 },
  /** Passwords that one account wants, by whoever knows the one it has. */
  passwordChoice: { kind: "password-choice", attempts: 20, windowSeconds: 900 },
  /** Wrong guesses at the code that a device shows (RFC 8628 5.1). */
  userCode: { kind: "user-code", attempts: 20, windowSeconds: 600 },
  /** Authorizations begun from one network, which may be a whole company's. */
  beginning: { kind: "beginning", attempts: 600, windowSeconds: 60 },
} as const satisfies Record<string, Allowance>;

/** An attempt whose outcome is not known yet; `settle` says what it was, once. */
export interface Attempt {
  settle(outcome: "right" | "wrong"): Promise<void>;
}

/** Seconds to wait. */
export interface Refused {
  readonly seconds: number;
}

/** An attempt whose gateway died is forgotten after this time, in milliseconds. */
const longestAttemptMs = 60_000;
/** How long an attempt waits for the outcome of others, and how often it looks, in milliseconds. */
const waitMs = 20_000;
const lookMs = 50;

/** Counts an attempt and gives back how many there were and how long the window still lasts. */
const countScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('TTL', KEYS[1])}`;

/** Wrong attempts so far and those under way are never more than are allowed together. */
const beginScript = `
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
local wrong = tonumber(redis.call('GET', KEYS[1]) or '0')
if wrong >= tonumber(ARGV[1]) then return {'refused', redis.call('TTL', KEYS[1])} end
if wrong + redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[1]) then return {'wait', 0} end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
redis.call('PEXPIREAT', KEYS[2], ARGV[4])
return {'begun', 0}`;

const wrongScript = `
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('INCR', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 0`;

/** Counts attempts for all gateways together; a failover may forget some. */
export class Throttle {
  readonly #primaries: Primaries;

  constructor(primaries: Primaries) {
    this.#primaries = primaries;
  }

  /**
   * Counts something whatever comes of it. Seconds to wait; 0 when it may be done.
   *
   * @throws RedisUnavailableError, and then it must not be done
   */
  async take(allowance: Allowance, subject: string): Promise<number> {
    const { wrong } = nameKeys(allowance, subject);
    const command = ["EVAL", countScript, "1", wrong, String(allowance.windowSeconds)];
    const [count, seconds] = (await this.#primaries.read(wrong, command)) as [number, number];
    return count > allowance.attempts ? Math.max(1, seconds) : 0;
  }

  /**
   * Begins an attempt that counts only if it turns out wrong. Of many at once no more are under way than may still be
   * wrong; the others wait for their outcome, so right ones at once are all let through and guesses stay bounded.
   *
   * @throws RedisUnavailableError, and then it must not be made
   */
  async begin(allowance: Allowance, subject: string): Promise<Attempt | Refused> {
    const { wrong, pending } = nameKeys(allowance, subject);
    const id = randomUUID();
    const deadline = performance.now() + waitMs;
    for (;;) {
      const now = Date.now();
      const values = [String(allowance.attempts), id, String(now), String(now + longestAttemptMs)];
      const command = ["EVAL", beginScript, "2", wrong, pending, ...values];
      const [state, seconds] = (await this.#primaries.read(wrong, command)) as [string, number];
      if (state === "begun")
        return { settle: (outcome) => this.#settle(allowance, subject, { id, outcome }) };
      if (state === "refused") return { seconds: Math.max(1, seconds) };
      if (performance.now() > deadline) return { seconds: 1 };
      await elapse(lookMs);
    }
  }

  /** Forgets all wrong attempts. */
  async clear(allowance: Allowance, subject: string): Promise<void> {
    const { wrong } = nameKeys(allowance, subject);
    await this.#primaries.write(wrong, ["DEL", wrong]);
  }

  async #settle(
    allowance: Allowance,
    subject: string,
    { id, outcome }: { readonly id: string; readonly outcome: "right" | "wrong" },
  ): Promise<void> {
    const { wrong, pending } = nameKeys(allowance, subject);
    const command =
      outcome === "right"
        ? ["ZREM", pending, id]
        : ["EVAL", wrongScript, "2", wrong, pending, id, String(allowance.windowSeconds)];
    await this.#primaries.read(wrong, command);
  }
}

/** Both in one slot. */
function nameKeys(
  { kind }: Allowance,
  subject: string,
): { readonly wrong: string; readonly pending: string } {
  const digest = hash("sha256", subject, "base64url");
  return { wrong: `attempts:${kind}:{${digest}}`, pending: `attempts-pending:${kind}:{${digest}}` };
}
