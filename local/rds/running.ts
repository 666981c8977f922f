import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";
import type { DatabaseCluster } from "./cluster.ts";

const clusters = perRegion(() => new Map<string, DatabaseCluster>());

/** Kept in memory only; after a restart of the region the processes are started again from what is stored. */
export function rememberCluster(region: Region, cluster: DatabaseCluster): void {
  clusters(region).set(cluster.id, cluster);
}

export function findCluster(region: Region, id: string): DatabaseCluster | undefined {
  return clusters(region).get(id);
}

export function forgetCluster(region: Region, id: string): void {
  clusters(region).delete(id);
}
