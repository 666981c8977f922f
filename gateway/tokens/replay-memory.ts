import { hash } from "node:crypto";
import type { Primaries } from "../redis/primaries.ts";

/** Remembers what may be shown once only, for all gateways together: of several at once, one is the first. */
export class ReplayMemory {
  readonly #primaries: Primaries;

  constructor(primaries: Primaries) {
    this.#primaries = primaries;
  }

  /** Whether nobody showed this before. @throws RedisUnavailableError, and then it must not pass */
  async isFirst(kind: string, parts: readonly string[], seconds: number): Promise<boolean> {
    // JSON keeps the parts apart: ["a","bc"] is not ["ab","c"].
    const key = `once:${kind}:${hash("sha256", JSON.stringify(parts), "base64url")}`;
    const expiry = String(Math.max(1, Math.ceil(seconds)));
    return (await this.#primaries.write(key, ["SET", key, "1", "NX", "EX", expiry])) === "OK";
  }
}
