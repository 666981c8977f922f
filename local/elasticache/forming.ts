import { rmSync } from "node:fs";
import { waitUntil } from "../../machine/wait.ts";
import { LocalError } from "../errors.ts";
import type { CacheCluster } from "./cluster.ts";
import { parseClusterNodes } from "./cluster-view.ts";
import { type Arrangement, writeNodeFiles } from "./node-files.ts";
import type { CacheNode } from "./topology.ts";

const takenOverWithinMs = 1500;
const plainWithinMs = 10_000;

/**
 * Forms a new cluster in which every shard accepts writes. A primary that has just started refuses writes for two
 * seconds (a constant of Redis 7), a replica does not; so each planned primary begins as the replica of its
 * planned replica and takes over immediately. This relies on Redis internals, so the result is asserted; if it
 * fails, and if there are no replicas, the cluster is formed as planned and takes those seconds.
 */
export async function formCluster(
  cluster: CacheCluster,
  group: { readonly replicas: number },
): Promise<void> {
  if (group.replicas > 0 && (await takeOver(cluster))) return;
  await cluster.stop();
  for (const node of cluster.nodes) rmSync(node.directory, { recursive: true, force: true });
  writeAll(cluster, "plain");
  await cluster.start();
  const isFormed = () => isAsPlanned(cluster);
  const limits = { withinMs: plainWithinMs, everyMs: 50 };
  await waitUntil("every shard accepts writes", isFormed, limits).catch((cause: Error) => {
    const values = { part: "The Redis cluster", reason: cause.message };
    throw new LocalError("DMM_LOCAL_PART_NOT_SERVING", values, cause);
  });
}

async function takeOver(cluster: CacheCluster): Promise<boolean> {
  try {
    writeAll(cluster, "forming");
    await cluster.start();
    const primaries = cluster.nodes.filter((node) => node.memberIndex === 0);
    await Promise.all(primaries.map((node) => cluster.run(node, ["CLUSTER", "FAILOVER", "TAKEOVER"])));
    const isTakenOver = () => isAsPlanned(cluster);
    await waitUntil("every shard is taken over", isTakenOver, { withinMs: takenOverWithinMs, everyMs: 10 });
    return true;
  } catch (error) {
    cluster.region.log("cache.formed-slowly", { reason: (error as Error).message });
    return false;
  }
}

function writeAll(cluster: CacheCluster, arrangement: Arrangement): void {
  for (const node of cluster.nodes) writeNodeFiles(node, cluster.nodes, cluster.settings, arrangement);
}

/**
 * Every node reports the cluster as complete, sees each planned primary with its slots, and knows its own role.
 * Knowledge of other nodes' replicas is not awaited: it spreads by gossip within seconds and only matters for
 * reads.
 */
async function isAsPlanned(cluster: CacheCluster): Promise<boolean> {
  const responses = await Promise.all(
    cluster.nodes.map((node) => knowsThePlan(cluster, node).catch(() => false)),
  );
  return responses.every((knows) => knows);
}

async function knowsThePlan(cluster: CacheCluster, node: CacheNode): Promise<boolean> {
  const [state, nodes] = await cluster.run(node, ["CLUSTER", "INFO"], ["CLUSTER", "NODES"]);
  if (!String(state).includes("cluster_state:ok")) return false;
  const view = parseClusterNodes(String(nodes));
  return cluster.nodes.every((other) => {
    const seen = view.find((candidate) => candidate.id === other.id);
    if (other.memberIndex === 0) return seen?.role === "primary" && seen.slots.length > 0;
    return other !== node || seen?.role === "replica";
  });
}
