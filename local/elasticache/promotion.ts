import { pollUntil } from "../../machine/wait.ts";
import type { Region, RunningProcess } from "../region.ts";
import type { NodeView } from "./cluster-view.ts";
import type { Reply } from "./command-connection.ts";
import { recordEvent } from "./events.ts";
import type { CacheNode } from "./topology.ts";

/** How long the other primaries may take to vote before the replica takes over without them. */
const voteWithinMs = 250;
const askEveryMs = 10;

/** The cluster as a promotion sees it. */
interface ShardedCluster {
  readonly region: Region;
  view(except?: CacheNode): Promise<readonly NodeView[]>;
  nodeAt(address: string): CacheNode | undefined;
  process(node: CacheNode): RunningProcess | undefined;
  run(node: CacheNode, ...commands: readonly (readonly string[])[]): Promise<Reply[]>;
}

/**
 * Promotes the best replica of a lost node, if the node was a primary. ElastiCache's control plane does the same;
 * Redis alone would first wait for the node's timeout. The other primaries are asked to vote; if no majority of
 * them is left, or the vote times out, the replica takes over without it.
 */
export async function promoteReplica(cluster: ShardedCluster, lost: CacheNode): Promise<void> {
  const view = await cluster.view(lost);
  const self = view.find((seen) => seen.address === lost.address);
  if (self?.role !== "primary") return;
  const candidates = view
    .filter((seen) => seen.primaryId === self.id)
    .flatMap((seen) => cluster.nodeAt(seen.address) ?? [])
    .filter((node) => cluster.process(node));
  const best = await mostAdvanced(cluster, candidates);
  if (!best) return;
  const started = Date.now();
  for (const way of ["FORCE", "TAKEOVER"] as const) {
    await cluster.run(best, ["CLUSTER", "FAILOVER", way]).catch(() => undefined);
    if (await becomesPrimary(cluster, best)) {
      cluster.region.log("cache.promoted", {
        lost: lost.name,
        promoted: best.name,
        way,
        afterMs: Date.now() - started,
      });
      // Exactly ElastiCache's messages, for the group and for the node.
      const message = `Failover from primary node ${lost.name} to replica node ${best.name} completed`;
      recordEvent(cluster.region, ["replication-group", lost.group], message);
      recordEvent(cluster.region, ["cache-cluster", lost.name], message);
      return;
    }
  }
}

/** The replica that received most; choosing another would lose writes that this one has. */
async function mostAdvanced(
  cluster: ShardedCluster,
  candidates: readonly CacheNode[],
): Promise<CacheNode | undefined> {
  if (candidates.length < 2) return candidates[0];
  const ranked = await Promise.all(
    candidates.map(async (node) => {
      const replies = await cluster.run(node, ["INFO", "replication"]).catch(() => [""]);
      return { node, offset: Number(/slave_repl_offset:(\d+)/.exec(String(replies[0]))?.[1] ?? -1) };
    }),
  );
  return ranked.sort((left, right) => right.offset - left.offset)[0]?.node;
}

async function becomesPrimary(cluster: ShardedCluster, node: CacheNode): Promise<boolean> {
  const isPrimary = async () => {
    const replies = await cluster.run(node, ["ROLE"]).catch(() => undefined);
    const role = replies?.[0];
    return Array.isArray(role) && role[0] === "master";
  };
  return (await pollUntil(isPrimary, { withinMs: voteWithinMs, everyMs: askEveryMs })) ?? false;
}
