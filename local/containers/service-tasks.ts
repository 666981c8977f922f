import { setTimeout as elapse } from "node:timers/promises";
import type { Region } from "../region.ts";
import { deregisterTask, readHealthyAddresses, registerTask, type ServiceTarget } from "./targets.ts";
import { createTask, noteEnded, releaseAddress, startTask, type Task } from "./task.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { tailLog } from "./task-log.ts";

/** How a service's tasks are to be. */
export interface ServicePlan {
  readonly service: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinition;
  readonly desiredCount: number;
  readonly targets: readonly ServiceTarget[];
  /** Zone numbers, from 1. */
  readonly zones: readonly number[];
}

/** Stopped tasks that `DescribeTasks` still knows. */
const remembered = 50;

/** The tasks of one service: starts them, ends them, and knows what became of each. */
export class ServiceTasks {
  readonly #region: Region;
  readonly #tasks: Task[] = [];
  /** Told after each end that nobody asked for. */
  readonly #onCrash: (task: Task) => void;

  constructor(region: Region, onCrash: (task: Task) => void) {
    this.#region = region;
    this.#onCrash = onCrash;
  }

  get all(): readonly Task[] {
    return this.#tasks;
  }

  /** Tasks that are meant to live: not those on their way out. */
  get living(): readonly Task[] {
    return this.#tasks.filter(({ status }) => status === "PENDING" || status === "RUNNING");
  }

  /** Starts one task and registers it; a start that fails is a task that has ended, with the reason. */
  async start(plan: ServicePlan): Promise<void> {
    const slot = this.#freeSlot();
    const zone = plan.zones[slot % plan.zones.length] ?? 1;
    const { service, clusterArn, definition } = plan;
    const task = createTask(this.#region, { service, clusterArn, definition, slot, zone });
    this.#tasks.push(task);
    try {
      await startTask(this.#region, task, (why) => void this.#noteCrash(plan, task, why));
      await registerTask(this.#region, plan.targets, task);
    } catch (error) {
      await this.#noteCrash(plan, task, error instanceof Error ? error.message : String(error));
    }
  }

  /** Ends one task without losing a request: out of the balancers first, then SIGTERM, then SIGKILL at its time limit. */
  async stop(plan: ServicePlan, task: Task, reason: string): Promise<void> {
    if (task.status === "STOPPED" || task.status === "STOPPING") return;
    task.status = "STOPPING";
    task.stoppedReason = reason;
    await deregisterTask(this.#region, plan.targets, { task, drain: true });
    await task.process?.stop();
    this.#finish(task, reason);
  }

  /** Which of the living are healthy everywhere; those become proven. */
  async readHealthy(plan: ServicePlan): Promise<readonly Task[]> {
    const addresses = await readHealthyAddresses(this.#region, plan.targets);
    const healthy = this.living.filter(
      ({ status, address }) => status === "RUNNING" && (addresses === undefined || addresses.has(address)),
    );
    for (const task of healthy) task.proven = true;
    return healthy;
  }

  /** What the last of the failed tasks said, for the operator. */
  describeFailure(): string {
    const failed = this.#tasks.findLast(({ status }) => status === "STOPPED");
    if (!failed) return "no task was started";
    return `task ${failed.id} ended: ${failed.stoppedReason}${tailLog(this.#region, failed)}`;
  }

  async #noteCrash(plan: ServicePlan, task: Task, why: string): Promise<void> {
    if (task.status === "STOPPED") return;
    const asked = task.status === "STOPPING";
    this.#finish(task, `Essential container in task exited (${why})`);
    await deregisterTask(this.#region, plan.targets, { task, drain: false }).catch((error: unknown) =>
      this.#region.log("task.deregistration-failed", { task: task.id, reason: String(error) }),
    );
    if (!asked) this.#onCrash(task);
  }

  #finish(task: Task, reason: string): void {
    noteEnded(task, reason);
    releaseAddress(this.#region, task);
    while (this.#tasks.length > remembered && this.#tasks[0]?.status === "STOPPED") this.#tasks.shift();
  }

  /** The lowest place that no living or leaving task has; a crashed task's address rests while its balancers forget it. */
  #freeSlot(): number {
    const quietMs = 2_000;
    const taken = new Set(
      this.#tasks
        .filter(
          ({ status, stoppedAt }) =>
            status !== "STOPPED" || Date.now() - (stoppedAt?.getTime() ?? 0) < quietMs,
        )
        .map(({ slot }) => slot),
    );
    let slot = 0;
    while (taken.has(slot)) slot += 1;
    return slot;
  }

  /** Waits until something may have changed; tasks become healthy within tens of milliseconds. */
  static async pause(): Promise<void> {
    await elapse(25);
  }
}
