import type { Haproxy } from "../elb/haproxy.ts";
import type { Region } from "../region.ts";
import type { CacheCluster } from "./cluster.ts";

/** A replication group in operation. */
export interface RunningGroup {
  readonly cluster: CacheCluster;
  readonly endpoint: Haproxy;
}

const groups = new WeakMap<Region, Map<string, RunningGroup>>();

/** Kept in memory only; after a restart of the region the processes are started again from what is stored. */
export function rememberCluster(region: Region, id: string, group: RunningGroup): void {
  const known = groups.get(region) ?? new Map<string, RunningGroup>();
  groups.set(region, known.set(id, group));
}

export function findRunning(region: Region, id: string): RunningGroup | undefined {
  return groups.get(region)?.get(id);
}

export function findCluster(region: Region, id: string): CacheCluster | undefined {
  return findRunning(region, id)?.cluster;
}

export function forgetCluster(region: Region, id: string): void {
  groups.get(region)?.delete(id);
}
