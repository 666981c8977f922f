import { rmSync } from "node:fs";
import { processDirectory } from "../daemon/supervisor.ts";
import { unregisterTask } from "../endpoint/tasks.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Deployment } from "./deployment.ts";
import { deregisterTask, registerTask } from "./targets.ts";
import { addressOwner, createTask, isLiving, processNameOf, type StopCode, type Task } from "./task.ts";
import { logFileOf, tailLog } from "./task-log.ts";
import { describeExit, exitCodeOf, startTask } from "./task-process.ts";

/** Stopped tasks that `DescribeTasks` still shows; their logs are deleted with them. */
const remembered = 50;

/** Why a task is ended. */
export interface StopCause {
  readonly code: StopCode;
  readonly reason: string;
}

/** The tasks of one service: starts and ends them, and records how each ended. */
export class ServiceTasks {
  readonly #region: Region;
  readonly #tasks: Task[] = [];
  /** Called for each unexpected end, with the task's last output. */
  readonly #onCrash: (task: Task, output: string) => void;

  constructor(region: Region, onCrash: (task: Task, output: string) => void) {
    this.#region = region;
    this.#onCrash = onCrash;
  }

  get all(): readonly Task[] {
    return this.#tasks;
  }

  /** Tasks that should run, without those being stopped. */
  get living(): readonly Task[] {
    return this.#tasks.filter(isLiving);
  }

  /** Starts one task and registers it; a failed start yields a task that has ended, with the reason. */
  async start(deployment: Deployment, zone: number): Promise<void> {
    const task = createTask(this.#region, deployment, { slot: this.#freeSlot(), zone });
    this.#tasks.push(task);
    task.starting = this.#begin(task);
    await task.starting;
  }

  async #begin(task: Task): Promise<void> {
    try {
      await startTask(this.#region, task, (exit) => {
        task.exitCode = exitCodeOf(exit);
        this.#noteCrash(task, {
          code: "EssentialContainerExited",
          reason: `Essential container in task exited (${describeExit(exit)})`,
        });
      });
      if (task.status === "RUNNING") await registerTask(this.#region, task);
    } catch (error) {
      const what = error instanceof AwsError ? `${error.code}: ${error.message}` : String(error);
      this.#noteCrash(task, { code: "TaskFailedToStart", reason: what });
    }
  }

  /**
   * Ends one task without losing a request: deregisters it first, then SIGTERM, then SIGKILL at its time limit.
   * Resolves when it is gone; concurrent calls share one stop.
   */
  stop(task: Task, cause: StopCause): Promise<void> {
    task.ending ??= this.#end(task, cause);
    return task.ending;
  }

  /** Ends every task and waits for those that are ending already. */
  async stopAll(cause: StopCause): Promise<void> {
    await Promise.all(this.#tasks.map((task) => this.stop(task, cause)));
    // A region that was killed during a deployment has left slots that no task took over.
    const [service] = this.#tasks.map((task) => task.service);
    for (let slot = 0; service !== undefined && slot < 2 * remembered; slot += 1)
      this.#region.addresses.release(addressOwner(service, slot));
  }

  /** The last output of a task, without its secrets. */
  describe(task: Task): string {
    const what = task.stoppedReason === undefined ? "runs" : `ended: ${task.stoppedReason}`;
    return `task ${task.id} ${what}${tailLog(this.#region, task)}`;
  }

  async #end(task: Task, cause: StopCause): Promise<void> {
    task.status = "DEACTIVATING";
    task.stoppingAt = new Date();
    task.stopCode = cause.code;
    task.stoppedReason = cause.reason;
    await task.starting;
    await this.#deregister(task, { drain: true });
    task.status = "STOPPING";
    const { process } = task;
    // If it has died meanwhile it is not signalled: its pid may be reused.
    if (process && this.#region.supervisor.get(process.name) === process) await process.stop();
    this.#finish(task);
  }

  #noteCrash(task: Task, cause: StopCause): void {
    // Already being stopped.
    if (task.ending) return;
    task.status = "STOPPED";
    task.stoppedAt = new Date();
    task.stopCode = cause.code;
    task.stoppedReason = cause.reason;
    task.ending = this.#deregister(task, { drain: false }).then(() => this.#finish(task));
    this.#onCrash(task, this.describe(task));
  }

  /** A balancer that does not respond must not keep a task alive. */
  async #deregister(task: Task, options: { readonly drain: boolean }): Promise<void> {
    try {
      await deregisterTask(this.#region, task, options);
    } catch (error) {
      this.#region.log("task.deregistration-failed", { task: task.id, reason: String(error) });
    }
  }

  /** Only now may the address be reused. */
  #finish(task: Task): void {
    task.status = "STOPPED";
    task.stoppedAt ??= new Date();
    task.released = true;
    unregisterTask(this.#region, task.arn);
    this.#region.addresses.release(addressOwner(task.service, task.slot));
    this.#region.log("task.stopped", { task: task.id, reason: task.stoppedReason });
    this.#remove(processDirectory(this.#region.directory, processNameOf(task)));
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    const ended = this.#tasks.filter(({ released }) => released);
    for (const task of ended.slice(0, Math.max(0, ended.length - remembered))) {
      this.#tasks.splice(this.#tasks.indexOf(task), 1);
      this.#remove(logFileOf(this.#region, task));
    }
  }

  #remove(path: string): void {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      this.#region.log("task.files-left", { path, reason: String(error) });
    }
  }

  /** The lowest free slot. */
  #freeSlot(): number {
    const taken = new Set(this.#tasks.filter(({ released }) => !released).map(({ slot }) => slot));
    let slot = 0;
    while (taken.has(slot)) slot += 1;
    return slot;
  }
}
