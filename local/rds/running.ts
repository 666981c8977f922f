import type { Region } from "../region.ts";
import type { DatabaseCluster } from "./cluster.ts";

const clusters = new WeakMap<Region, Map<string, DatabaseCluster>>();

/** Kept in memory only; after a restart of the region the processes are started again from what is stored. */
export function rememberCluster(region: Region, cluster: DatabaseCluster): void {
  const known = clusters.get(region) ?? new Map<string, DatabaseCluster>();
  clusters.set(region, known.set(cluster.id, cluster));
}

export function findCluster(region: Region, id: string): DatabaseCluster | undefined {
  return clusters.get(region)?.get(id);
}

export function forgetCluster(region: Region, id: string): void {
  clusters.get(region)?.delete(id);
}
