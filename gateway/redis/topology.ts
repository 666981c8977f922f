import { slotCount } from "./slot.ts";

/** One primary and the slots it serves, both ends included. */
export interface Shard {
  readonly host: string;
  readonly port: number;
  /** Whether a replica that is alive follows it. */
  readonly replicated: boolean;
  readonly ranges: readonly (readonly [number, number])[];
}

/**
 * Reads the answer of `CLUSTER SLOTS`. An empty host means the node that was asked (Redis 7 with an unknown endpoint).
 *
 * @throws TypeError when the answer has another shape
 */
export function parseShards(reply: unknown, askedHost: string): Shard[] {
  if (!Array.isArray(reply)) throw new TypeError("CLUSTER SLOTS did not answer with a list.");
  const shards = new Map<string, Shard & { ranges: [number, number][] }>();
  for (const entry of reply as unknown[][]) {
    const [from, to, primary, ...replicas] = entry;
    const [name, port] = primary as [string | null, number];
    const host = name === null || name === "" || name === "?" ? askedHost : name;
    const address = `${host}:${port}`;
    let shard = shards.get(address);
    if (shard === undefined) {
      shard = { host, port, replicated: replicas.length > 0, ranges: [] };
      shards.set(address, shard);
    }
    shard.ranges.push([Number(from), Number(to)]);
  }
  return [...shards.values()];
}

/** Whether every slot has a primary. */
export function coversAllSlots(shards: readonly Shard[]): boolean {
  let covered = 0;
  for (const shard of shards) for (const [from, to] of shard.ranges) covered += to - from + 1;
  return covered === slotCount;
}

/** The address in `MOVED 3999 127.0.0.1:6381` or `ASK …`. */
export function parseRedirection(message: string): { host: string; port: number } | undefined {
  const address = /^(?:MOVED|ASK) \d+ (.*):(\d+)$/.exec(message);
  return address === null ? undefined : { host: address[1]!, port: Number(address[2]) };
}
