import type { Region } from "../region.ts";
import { areBalancersResponding, readTaskHealth } from "./targets.ts";
import type { Task } from "./task.ts";

/** A balancer that restarts calls everybody unhealthy for a moment. */
const lostAfterMs = 1_000;

/** Called unhealthy for so long that it is no slip of the balancer. */
export function isLost({ unhealthySince }: Task): boolean {
  return unhealthySince !== undefined && Date.now() - unhealthySince >= lostAfterMs;
}

/** What the load balancers say of a service's tasks, look after look. */
export class TaskWatch {
  readonly #region: Region;
  /** Told of each task that is to be replaced. */
  readonly #onLost: (task: Task, reason: string) => void;

  constructor(region: Region, onLost: (task: Task, reason: string) => void) {
    this.#region = region;
    this.#onLost = onLost;
  }

  /** Which of the tasks are healthy everywhere; those become proven. */
  async look(tasks: readonly Task[]): Promise<ReadonlySet<Task>> {
    const healths = await readTaskHealth(this.#region, tasks);
    const healthy = new Set<Task>();
    for (const [task, health] of healths) {
      if (health !== "unhealthy") task.unhealthySince = undefined;
      else await this.#noteUnhealthy(task);
      if (health !== "healthy") continue;
      healthy.add(task);
      // Failures count in a row: one task that comes up ends it.
      if (!task.proven) task.deployment.failures = 0;
      task.proven = true;
    }
    return healthy;
  }

  /** ECS replaces a task that the load balancers call unhealthy once its time of grace is over. */
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
