import { hash, randomUUID } from "node:crypto";
import { setTimeout as elapse } from "node:timers/promises";
import type { Primaries } from "../redis/primaries.ts";

/** Number of attempts allowed within a window. */
export interface Allowance {
  readonly kind: string;
  readonly attempts: number;
  readonly windowSeconds: number;
}

export const allowances = {
  /** Wrong passwords for one user, from any address. */
  user: { kind: "user", attempts: 10, windowSeconds: 900 },
  /** Wrong passwords from one address, for any user. */
  address: { kind: "address", attempts: 50, windowSeconds: 900 },
  /** Password changes of one account, by someone who knows the current password. */
  passwordChoice: { kind: "password-choice", attempts: 20, windowSeconds: 900 },
  /** Wrong guesses at a device's user code (RFC 8628 section 5.1). */
  userCode: { kind: "user-code", attempts: 20, windowSeconds: 600 },
  /** Authorizations begun from one network, which may be a whole company's. */
  beginning: { kind: "beginning", attempts: 600, windowSeconds: 60 },
} as const satisfies Record<string, Allowance>;

/** An attempt whose outcome is pending; call `settle` once. */
export interface Attempt {
  settle(outcome: "right" | "wrong"): Promise<void>;
}

/** Seconds to wait. */
export interface Refused {
  readonly seconds: number;
}

/** Time after which an attempt is dropped because its gateway died, in milliseconds. */
const longestAttemptMs = 60_000;
/** How long an attempt waits for the outcome of others, and its polling interval, in milliseconds. */
const waitMs = 20_000;
const pollMs = 50;

/** Counts an attempt and returns the count and the rest of the window. */
const countScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('TTL', KEYS[1])}`;

/** Failed attempts and pending ones together never exceed the limit. */
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

/** Counts attempts for all gateways together; a failover may lose some. */
export class Throttle {
  readonly #primaries: Primaries;

  constructor(primaries: Primaries) {
    this.#primaries = primaries;
  }

  /**
   * Counts an attempt regardless of its outcome. Returns seconds to wait; 0 when it is allowed.
   *
   * @throws RedisUnavailableError, and then it must be refused
   */
  async take(allowance: Allowance, subject: string): Promise<number> {
    const { wrong } = nameKeys(allowance, subject);
    const command = ["EVAL", countScript, "1", wrong, String(allowance.windowSeconds)];
    const [count, seconds] = (await this.#primaries.read(wrong, command)) as [number, number];
    return count > allowance.attempts ? Math.max(1, seconds) : 0;
  }

  /**
   * Begins an attempt that counts only if it fails. At most as many run at once as may still fail; the others wait
   * for their outcome, so concurrent correct attempts all pass and guesses stay bounded.
   *
   * @throws RedisUnavailableError, and then it must be refused
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
      await elapse(pollMs);
    }
  }

  /** Clears all failed attempts. */
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

/** Both keys in one slot. */
function nameKeys(
  { kind }: Allowance,
  subject: string,
): { readonly wrong: string; readonly pending: string } {
  const digest = hash("sha256", subject, "base64url");
  return { wrong: `attempts:${kind}:{${digest}}`, pending: `attempts-pending:${kind}:{${digest}}` };
}
