import { backendName } from "../elb/backend-name.ts";
import { balancerOfGroup } from "../elb/balancer-registry.ts";
import { deregisterTarget, readTargetHealth, registerTarget, type TargetState } from "../elb/targets.ts";
import type { Region } from "../region.ts";
import type { Task } from "./task.ts";

/** A task's health according to the load balancers; unknown until the first check. */
export type TaskHealth = "healthy" | "unhealthy" | "unknown";

/** A task without a load balancer counts as healthy after running this long. */
const unwatchedMs = 500;

export async function registerTask(region: Region, task: Task): Promise<void> {
  const { address, zone } = task;
  await Promise.all(
    task.targets.map(({ targetGroupArn, containerPort: port }) =>
      registerTarget(region, targetGroupArn, { address, port, zone }),
    ),
  );
}

/**
 * Deregisters a task from its target groups; with `drain` only after the requests in flight, at most the group's
 * delay.
 */
export async function deregisterTask(
  region: Region,
  task: Task,
  { drain }: { readonly drain: boolean },
): Promise<void> {
  const { address } = task;
  await Promise.all(
    task.targets.map(({ targetGroupArn, containerPort: port }) =>
      deregisterTarget(region, targetGroupArn, { address, port }, { drain }),
    ),
  );
}

/** Reads the health of these tasks from each target group once. */
export async function readTaskHealth(
  region: Region,
  tasks: readonly Task[],
): Promise<ReadonlyMap<Task, TaskHealth>> {
  const groups = new Set(tasks.flatMap(({ targets }) => targets.map(({ targetGroupArn }) => targetGroupArn)));
  const states = new Map<string, TargetState>();
  await Promise.all(
    [...groups].map(async (group) => {
      for (const { address, port, state } of await readTargetHealth(region, group))
        if (state !== "draining") states.set(`${group} ${address}:${port}`, state);
    }),
  );
  return new Map(tasks.map((task) => [task, judge(task, states)]));
}

function judge(task: Task, states: ReadonlyMap<string, TargetState>): TaskHealth {
  if (task.status !== "RUNNING") return "unknown";
  if (task.targets.length === 0)
    return Date.now() - (task.startedAt?.getTime() ?? 0) >= unwatchedMs ? "healthy" : "unknown";
  const own = task.targets.map(({ targetGroupArn, containerPort }) =>
    states.get(`${targetGroupArn} ${task.address}:${containerPort}`),
  );
  if (own.every((state) => state === "healthy")) return "healthy";
  return own.includes("unhealthy") ? "unhealthy" : "unknown";
}

/** Whether the load balancers themselves respond: one that is down reports no task as unhealthy. */
export async function areBalancersResponding(region: Region, task: Task): Promise<boolean> {
  const responses = await Promise.all(
    task.targets.map(async ({ targetGroupArn }) => {
      const servers = await balancerOfGroup(region, targetGroupArn)?.readServers(backendName(targetGroupArn));
      return (servers?.size ?? 0) > 0;
    }),
  );
  return responses.every(Boolean);
}
