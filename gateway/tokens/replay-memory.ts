import { hash, randomUUID } from "node:crypto";
import type { Primaries } from "../redis/primaries.ts";

/** The first one's mark stays; whoever repeats the command with the same mark still is the first. */
const claimScript = `
local mark = redis.call('GET', KEYS[1])
if not mark then redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end
return (not mark or mark == ARGV[1]) and 1 or 0`;

/** Remembers what may be shown once only, for all gateways together: of several at once, one is the first. */
export class ReplayMemory {
  readonly #primaries: Primaries;
  readonly #durable: boolean;

  /**
   * What is not `durable` may be forgotten by a failover, and does not wait for a replica: an API goes on while there is
   * none.
   */
  constructor(primaries: Primaries, { durable }: { readonly durable: boolean }) {
    this.#primaries = primaries;
    this.#durable = durable;
  }

  /** Whether nobody showed this before. @throws RedisUnavailableError, and then it must not pass */
  async isFirst(kind: string, parts: readonly string[], seconds: number): Promise<boolean> {
    // JSON keeps the parts apart: ["a","bc"] is not ["ab","c"].
    const key = `once:${kind}:${hash("sha256", JSON.stringify(parts), "base64url")}`;
    const expiry = String(Math.max(1, Math.ceil(seconds)));
    const command = ["EVAL", claimScript, "1", key, randomUUID(), expiry];
    const reply = this.#durable ? this.#primaries.write(key, command) : this.#primaries.read(key, command);
    return (await reply) === 1;
  }
}
