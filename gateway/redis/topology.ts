import { slotCount } from "./slot.ts";

/** One primary and its slots, both ends inclusive, as one node of the cluster sees them. */
export interface Shard {
  readonly host: string;
  readonly port: number;
  /**
   * Epoch of the node's claim on its slots: of two claims on one slot, the higher epoch wins (cluster
   * specification).
   */
  readonly epoch: number;
  /**
   * Whether the cluster knows a replica of it, including one that is considered failed: it may come back and take
   * over.
   */
  readonly replicated: boolean;
  readonly ranges: readonly (readonly [number, number])[];
}

interface KnownNode {
  readonly epoch: number;
  readonly replicated: boolean;
}

/**
 * Parses the replies to `CLUSTER SLOTS`, which has the addresses for clients but omits failed replicas, and to
 * `CLUSTER NODES`, which lists them. An empty host means the node that was asked (Redis 7 with an unknown
 * endpoint).
 *
 * @throws TypeError when a reply has another shape
 */
export function parseShards(slots: unknown, nodes: unknown, askedHost: string): Shard[] {
  if (!Array.isArray(slots)) throw new TypeError("CLUSTER SLOTS did not return an array.");
  if (typeof nodes !== "string") throw new TypeError("CLUSTER NODES did not return a string.");
  const known = parseNodes(nodes);
  const shards = new Map<string, Shard & { ranges: [number, number][] }>();
  for (const entry of slots as unknown[][]) {
    const [from, to, primary] = entry;
    const [name, port, id] = primary as [string | null, number, string];
    const host = name === null || name === "" || name === "?" ? askedHost : name;
    const address = `${host}:${port}`;
    let shard = shards.get(address);
    if (shard === undefined) {
      const { epoch = 0, replicated = false } = known.get(id) ?? {};
      shard = { host, port, epoch, replicated, ranges: [] };
      shards.set(address, shard);
    }
    shard.ranges.push([Number(from), Number(to)]);
  }
  return [...shards.values()];
}

/** `<id> <address> <flags> <primary> <ping> <pong> <epoch> <link> <slots…>`, one line for each node. */
function parseNodes(text: string): Map<string, KnownNode> {
  const nodes = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
  const followed = new Set(nodes.map(([_id, _address, _flags, primary]) => primary));
  return new Map(
    nodes.map(([id = "", ...fields]) => [id, { epoch: Number(fields[5]), replicated: followed.has(id) }]),
  );
}

/** Whether every slot has a primary. */
export function coversAllSlots(shards: readonly Shard[]): boolean {
  const covered = new Uint8Array(slotCount);
  for (const { ranges } of shards) for (const [from, to] of ranges) covered.fill(1, from, to + 1);
  return !covered.includes(0);
}

/** The address in `MOVED 3999 127.0.0.1:6381` or `ASK …`. */
export function parseRedirection(message: string): { host: string; port: number } | undefined {
  const address = /^(?:MOVED|ASK) \d+ (.*):(\d+)$/.exec(message);
  return address === null ? undefined : { host: address[1]!, port: Number(address[2]) };
}
