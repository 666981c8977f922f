import type { Region } from "../region.ts";
import { areBalancersResponding, readTaskHealth } from "./targets.ts";
import type { Task } from "./task.ts";

/** A restarting balancer briefly reports every task as unhealthy. */
const lostAfterMs = 1_000;

/** Unhealthy for too long to be a glitch of the balancer. */
export function isLost({ unhealthySince }: Task): boolean {
  return unhealthySince !== undefined && Date.now() - unhealthySince >= lostAfterMs;
}

/** The health of a service's tasks over time, according to the load balancers. */
export class TaskWatch {
  readonly #region: Region;
  /** Called for each task that must be replaced. */
  readonly #onLost: (task: Task, reason: string) => void;

  constructor(region: Region, onLost: (task: Task, reason: string) => void) {
    this.#region = region;
    this.#onLost = onLost;
  }

  /** Which of the tasks are healthy in every target group; those become proven. */
  async check(tasks: readonly Task[]): Promise<ReadonlySet<Task>> {
    const healths = await readTaskHealth(this.#region, tasks);
    const healthy = new Set<Task>();
    for (const [task, health] of healths) {
      if (health !== "unhealthy") task.unhealthySince = undefined;
      else await this.#noteUnhealthy(task);
      if (health !== "healthy") continue;
      healthy.add(task);
      // Failures are counted consecutively: a task that becomes healthy resets the count.
      if (!task.proven) task.deployment.failures = 0;
      task.proven = true;
    }
    return healthy;
  }

  /** ECS replaces a task that the load balancers report as unhealthy once its grace period is over. */
  async #noteUnhealthy(task: Task): Promise<void> {
    task.unhealthySince ??= Date.now();
    const ageMs = Date.now() - (task.startedAt?.getTime() ?? 0);
    if (ageMs < task.deployment.plan.healthCheckGraceMs || !isLost(task)) return;
    if (task.proven && !(await areBalancersResponding(this.#region, task))) {
      task.unhealthySince = undefined;
      return;
    }
    const groups = task.targets.map(({ targetGroupArn }) => targetGroupArn).join(", ");
    this.#onLost(task, `Task failed ELB health checks in (target-group ${groups})`);
  }
}
