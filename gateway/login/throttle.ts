import { hash } from "node:crypto";
import { isIP } from "node:net";
import type { Primaries } from "../redis/primaries.ts";

/** How often something may be tried within a window. */
export interface Allowance {
  readonly kind: string;
  readonly attempts: number;
  readonly windowSeconds: number;
}

export const allowances = {
  /** Guesses at one user's password, from wherever. */
  user: { kind: "user", attempts: 10, windowSeconds: 900 },
  /** Guesses from one address, at whomever. */
  address: { kind: "address", attempts: 50, windowSeconds: 900 },
  /** Passwords that one account wants, by whoever knows the one it has. */
  passwordChoice: { kind: "password-choice", attempts: 20, windowSeconds: 900 },
  /** Guesses at the code that a device shows (RFC 8628 5.1). */
  userCode: { kind: "user-code", attempts: 20, windowSeconds: 600 },
  /** Authorizations begun from one network, which may be a whole company's. */
  beginning: { kind: "beginning", attempts: 600, windowSeconds: 60 },
} as const satisfies Record<string, Allowance>;

/** Counts an attempt and gives back how many there were and how long the window still lasts. */
const countScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('TTL', KEYS[1])}`;

const returnScript = `
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
return 0`;

/**
 * Counts attempts for all gateways together; a failover may forget some. An attempt counts before it is
 * looked at: many at once are not free.
 */
export class Throttle {
  readonly #primaries: Primaries;

  constructor(primaries: Primaries) {
    this.#primaries = primaries;
  }

  /** Seconds to wait; 0 when the attempt may be made. @throws RedisUnavailableError, and then it must not be made */
  async take(allowance: Allowance, subject: string): Promise<number> {
    const key = nameKey(allowance, subject);
    const command = ["EVAL", countScript, "1", key, String(allowance.windowSeconds)];
    const [count, seconds] = (await this.#primaries.read(key, command)) as [number, number];
    return count > allowance.attempts ? Math.max(1, seconds) : 0;
  }

  /** The attempt was a right one and does not count. */
  async giveBack(allowance: Allowance, subject: string): Promise<void> {
    const key = nameKey(allowance, subject);
    await this.#primaries.read(key, ["EVAL", returnScript, "1", key]);
  }

  /** Forgets all attempts. */
  async clear(allowance: Allowance, subject: string): Promise<void> {
    const key = nameKey(allowance, subject);
    await this.#primaries.write(key, ["DEL", key]);
  }
}

/** Whoever has one address of an IPv6 network has all 2^64 of it: they count as one. */
export function nameNetwork(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const mapped = /(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const filled =
    tail === undefined ? groups : [...groups, ...Array(8 - groups.length - after.length).fill("0"), ...after];
  return `${filled
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

function nameKey({ kind }: Allowance, subject: string): string {
  return `attempts:${kind}:${hash("sha256", subject, "base64url")}`;
}
