import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Region } from "../region.ts";

/** One planned Redis process of a replication group; its current role is known only to the cluster. */
export interface CacheNode {
  /** The replication group that it belongs to. */
  readonly group: string;
  /** As ElastiCache names members: `<group>-0001-001`. */
  readonly name: string;
  /** Node group (shard) as ElastiCache numbers it: `0001`. */
  readonly shard: string;
  readonly shardIndex: number;
  /** 0 is the planned primary. */
  readonly memberIndex: number;
  /** Zone number, from 1. */
  readonly zone: number;
  readonly address: string;
  /** Forty hexadecimal digits, Redis's own name for it. */
  readonly id: string;
  readonly directory: string;
}

const slotCount = 16_384;

/**
 * Plans the nodes of a group. A primary and its replicas are in different zones, and the primaries are spread, so
 * that the loss of one zone costs each shard at most one node and leaves a majority of primaries.
 */
export function planNodes(
  region: Region,
  group: {
    readonly id: string;
    readonly shards: number;
    readonly replicas: number;
    readonly zones: readonly number[];
  },
): readonly CacheNode[] {
  const nodes: CacheNode[] = [];
  for (let shardIndex = 0; shardIndex < group.shards; shardIndex += 1) {
    const shard = String(shardIndex + 1).padStart(4, "0");
    for (let memberIndex = 0; memberIndex <= group.replicas; memberIndex += 1) {
      const name = `${group.id}-${shard}-${String(memberIndex + 1).padStart(3, "0")}`;
      const zone = group.zones[(shardIndex + memberIndex) % group.zones.length] ?? 1;
      nodes.push({
        group: group.id,
        name,
        shard,
        shardIndex,
        memberIndex,
        zone,
        address: region.addresses.claim(zone, `redis/${name}`),
        id: randomBytes(20).toString("hex"),
        directory: join(region.directory, "redis", name),
      });
    }
  }
  return nodes;
}

/** The slots of a shard, as ElastiCache and `nodes.conf` write them: `0-5461`. */
export function slotsOf(shardIndex: number, shards: number): string {
  const first = Math.ceil((slotCount * shardIndex) / shards);
  const last = Math.ceil((slotCount * (shardIndex + 1)) / shards) - 1;
  return `${first}-${last}`;
}
