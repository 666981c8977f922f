import type { Haproxy } from "../elb/haproxy.ts";
import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";
import type { CacheCluster } from "./cluster.ts";

/** A replication group in operation. */
export interface RunningGroup {
  readonly cluster: CacheCluster;
  readonly endpoint: Haproxy;
}

const groups = perRegion(() => new Map<string, RunningGroup>());

/** Kept in memory only; after a restart of the region the processes are started again from what is stored. */
export function rememberCluster(region: Region, id: string, group: RunningGroup): void {
  groups(region).set(id, group);
}

export function findRunning(region: Region, id: string): RunningGroup | undefined {
  return groups(region).get(id);
}

export function findCluster(region: Region, id: string): CacheCluster | undefined {
  return findRunning(region, id)?.cluster;
}

export function forgetCluster(region: Region, id: string): void {
  groups(region).delete(id);
}
