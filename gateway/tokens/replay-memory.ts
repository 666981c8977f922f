import { hash, randomUUID } from "node:crypto";
import type { Primaries } from "../redis/primaries.ts";

/** The first mark stays; retrying the command with the same mark still counts as first. */
const claimScript = `
local mark = redis.call('GET', KEYS[1])
if not mark then redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end
return (not mark or mark == ARGV[1]) and 1 or 0`;

/** Remembers single-use values for all gateways together: of concurrent uses, one is the first. */
export class ReplayMemory {
  readonly #primaries: Primaries;
  readonly #durable: boolean;

  /**
   * Without `durable`, a failover may forget a value, and writes do not wait for a replica: APIs continue while
   * there is none.
   */
  constructor(primaries: Primaries, { durable }: { readonly durable: boolean }) {
    this.#primaries = primaries;
    this.#durable = durable;
  }

  /** Whether this is the first use. @throws RedisUnavailableError, and then it must be refused */
  async isFirst(kind: string, parts: readonly string[], seconds: number): Promise<boolean> {
    // JSON separates the values: ["a","bc"] is not ["ab","c"].
    const key = `once:${kind}:${hash("sha256", JSON.stringify(parts), "base64url")}`;
    const expiry = String(Math.max(1, Math.ceil(seconds)));
    const command = ["EVAL", claimScript, "1", key, randomUUID(), expiry];
    const reply = this.#durable ? this.#primaries.write(key, command) : this.#primaries.read(key, command);
    return (await reply) === 1;
  }
}
