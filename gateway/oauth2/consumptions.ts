import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Primaries } from "../redis/primaries.ts";

/**
 * Marks a payload as used and gives back what it was before. The mark goes in front of the text: a round trip through
 * the script's JSON would turn empty lists into empty objects.
 */
const consumeScript = `
local stored = redis.call('GET', KEYS[1])
if stored and string.sub(stored, 1, 12) ~= '{"consumed":' then
  redis.call('SET', KEYS[1], ARGV[1] .. string.sub(stored, 2), 'KEEPTTL')
end
return stored`;

/** Takes the mark away again, if it is the one that was made. */
const restoreScript = `
local stored = redis.call('GET', KEYS[1])
local length = string.len(ARGV[1])
if stored and string.sub(stored, 1, length) == ARGV[1] then
  redis.call('SET', KEYS[1], '{' .. string.sub(stored, length + 1), 'KEEPTTL')
end
return 0`;

interface Consumption {
  readonly key: string;
  readonly mark: string;
}

/**
 * What requests used up. A request that then cannot be answered because a store is away gives it back: its client was
 * told to try again, and must not find that it has used its refresh token twice.
 */
export class Consumptions {
  readonly #primaries: Primaries;
  readonly #readRequest: () => IncomingMessage | undefined;
  readonly #made = new WeakMap<IncomingMessage, Consumption[]>();

  /** `readRequest` tells on behalf of which request code is running. */
  constructor(primaries: Primaries, readRequest: () => IncomingMessage | undefined) {
    this.#primaries = primaries;
    this.#readRequest = readRequest;
  }

  /** The text as it was before: of several at once, one finds it without a mark. */
  async consume(key: string): Promise<string | undefined> {
    const mark = `{"consumed":${Math.floor(Date.now() / 1000)},"by":"${randomUUID()}",`;
    const request = this.#readRequest();
    // Before it is known whether it was done: an answer that never comes may mean both.
    if (request !== undefined) this.#made.set(request, [...(this.#made.get(request) ?? []), { key, mark }]);
    const stored = await this.#primaries.write(key, ["EVAL", consumeScript, "1", key, mark]);
    return typeof stored === "string" ? stored : undefined;
  }

  /** Gives back what the request used up, as far as it can be reached. */
  async restore(request: IncomingMessage): Promise<void> {
    await Promise.allSettled(
      (this.#made.get(request) ?? []).map(({ key, mark }) =>
        this.#primaries.write(key, ["EVAL", restoreScript, "1", key, mark]),
      ),
    );
  }
}
