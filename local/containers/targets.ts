import { deregisterTarget, readTargetHealth, registerTarget } from "../balancing/targets.ts";
import type { Region } from "../region.ts";
import type { Task } from "./task.ts";

/** Where a service's tasks take requests: one of its `loadBalancers`. */
export interface ServiceTarget {
  readonly targetGroupArn: string;
  readonly containerPort: number;
}

export async function registerTask(
  region: Region,
  targets: readonly ServiceTarget[],
  task: Task,
): Promise<void> {
  const { address, zone } = task;
  await Promise.all(
    targets.map(({ targetGroupArn, containerPort: port }) =>
      registerTarget(region, targetGroupArn, { address, port, zone }),
    ),
  );
}

/** Takes a task from its target groups; with `drain` only after the requests in flight, at most the group's delay. */
export async function deregisterTask(
  region: Region,
  targets: readonly ServiceTarget[],
  { task, drain }: { readonly task: Task; readonly drain: boolean },
): Promise<void> {
  const { address } = task;
  await Promise.all(
    targets.map(({ targetGroupArn, containerPort: port }) =>
      deregisterTarget(region, targetGroupArn, { address, port }, { drain }),
    ),
  );
}

/** Addresses that every one of the target groups calls healthy; with no group at all, undefined: running is enough. */
export async function readHealthyAddresses(
  region: Region,
  targets: readonly ServiceTarget[],
): Promise<ReadonlySet<string> | undefined> {
  if (targets.length === 0) return undefined;
  const groups = await Promise.all(
    targets.map(async ({ targetGroupArn, containerPort }) => {
      const health = await readTargetHealth(region, targetGroupArn);
      const healthy = health.filter(({ port, state }) => port === containerPort && state === "healthy");
      return new Set(healthy.map(({ address }) => address));
    }),
  );
  return groups.reduce((all, group) => all.intersection(group));
}
