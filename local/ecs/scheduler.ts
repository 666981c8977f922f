import type { Region } from "../region.ts";
import { Deployment } from "./deployment.ts";
import { ReconcileLoop } from "./reconcile-loop.ts";
import { planReconciliation } from "./rolling-update.ts";
import { ServiceEvents } from "./service-events.ts";
import { differInTasks, type ServicePlan } from "./service-settings.ts";
import { ServiceTasks } from "./service-tasks.ts";
import { SteadyWaits } from "./steady-waits.ts";
import { processNameOf, type Task } from "./task.ts";
import { isLost, TaskWatch } from "./task-watch.ts";

const longestBackoffMs = 5_000;
/** Interval of reconciliations: while a service changes, and when it has been stable for a while. */
const eagerMs = 25;
const patientMs = 250;
const eagerForMs = 10_000;

interface SchedulerOptions {
  /** The region was restarted: the previous plan is wanted again, and is retried until it runs. */
  readonly restored?: boolean;
  /** Called when a failed deployment was rolled back to this plan. */
  readonly onRollback?: (plan: ServicePlan) => void;
}

/**
 * Keeps one service as planned: starts missing tasks, replaces dead or unhealthy ones, and rolls from one
 * deployment to the next.
 */
export class ServiceScheduler {
  readonly tasks: ServiceTasks;
  readonly events: ServiceEvents;
  readonly #region: Region;
  readonly #options: SchedulerOptions;
  readonly #waits = new SteadyWaits();
  readonly #watch: TaskWatch;
  readonly #reconcileLoop: ReconcileLoop;
  #primary: Deployment;
  /** The last deployment that became steady: the target of a rollback. */
  #completed: Deployment | undefined;
  #startAfter = 0;
  #changedAt = Date.now();
  #closed = false;
  #steady = false;

  constructor(region: Region, plan: ServicePlan, options: SchedulerOptions = {}) {
    this.#region = region;
    this.#options = options;
    this.#primary = new Deployment(plan, { guarded: options.restored !== true });
    this.events = new ServiceEvents(plan.service);
    this.tasks = new ServiceTasks(region, (task, output) => this.#noteCrash(task, output));
    this.#watch = new TaskWatch(region, (task, reason) => this.#replace(task, reason));
    this.#reconcileLoop = new ReconcileLoop({
      run: () => this.#converge(),
      onError: (error) =>
        region.log("service.round-failed", { service: this.plan.service, reason: String(error) }),
      pauseMs: () => (this.#steady || Date.now() - this.#changedAt > eagerForMs ? patientMs : eagerMs),
    });
    this.#wake();
  }

  get plan(): ServicePlan {
    return this.#primary.plan;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The primary one first, then those with running tasks. */
  get deployments(): readonly Deployment[] {
    return [...new Set([this.#primary, ...this.tasks.living.map(({ deployment }) => deployment).reverse()])];
  }

  /** Changes the desired state; `waitUntilSteady` waits for it. `again` replaces every current task. */
  setPlan(plan: ServicePlan, { again = false }: { readonly again?: boolean } = {}): void {
    const startsDeployment = again || this.#primary.state === "FAILED" || differInTasks(plan, this.plan);
    if (startsDeployment) this.#primary = new Deployment(plan, { guarded: true });
    else this.#primary.plan = plan;
    this.#startAfter = 0;
    this.#wake();
  }

  /**
   * Resolves when exactly the desired tasks run and are healthy.
   *
   * @throws Error with the last task's output when the deployment fails or times out
   */
  async waitUntilSteady(withinMs: number): Promise<void> {
    if (this.#closed) throw new Error("was deleted meanwhile");
    if (this.#primary.state === "FAILED") throw new Error(describeFailure(this.#primary));
    this.#wake();
    await this.#waits.add(this.#primary, withinMs, () => this.#describeDelay());
  }

  /** Ends every task; nothing is started afterwards. */
  async close(): Promise<void> {
    this.#end("was deleted meanwhile");
    await this.#reconcileLoop.settle();
    await this.tasks.stopAll({ code: "ServiceSchedulerInitiated", reason: "Service was deleted" });
  }

  /** Ends one task on request; its replacement starts in parallel. */
  async stopTask(task: Task, reason: string): Promise<void> {
    const ended = this.tasks.stop(task, { code: "UserInitiated", reason });
    this.#wake();
    await ended;
  }

  /** Something has changed: reconciles now, and frequently for a while. */
  #wake(): void {
    this.#changedAt = Date.now();
    this.#steady = false;
    this.#reconcileLoop.wake();
  }

  async #converge(): Promise<void> {
    if (this.#isRegionEnding()) return this.#end("ended with the region");
    const deployment = this.#primary;
    const healthy = await this.#watch.check(this.tasks.living);
    const tasks = this.tasks.living.map((task) => ({
      task,
      zone: task.zoneNumber,
      current: task.deployment === deployment,
      healthy: healthy.has(task),
      expendable: !task.proven || isLost(task),
    }));
    const { start, retire } = planReconciliation(deployment.plan, tasks);
    for (const { task, current } of retire) this.#retire(task, current);
    const mayStart = deployment.state !== "FAILED" && Date.now() >= this.#startAfter;
    if (mayStart && start.length > 0) {
      await Promise.all(start.map((zone) => this.tasks.start(deployment, zone)));
    }
    this.#noteSteadiness(deployment, healthy);
  }

  #noteSteadiness(deployment: Deployment, healthy: ReadonlySet<Task>): void {
    const { living } = this.tasks;
    this.#steady =
      deployment === this.#primary &&
      deployment.state !== "FAILED" &&
      living.length === deployment.plan.desiredCount &&
      living.every((task) => task.deployment === deployment && healthy.has(task));
    if (!this.#steady) return;
    if (deployment.state === "IN_PROGRESS") {
      deployment.complete();
      this.events.note("has reached a steady state.");
    }
    this.#completed = deployment;
    this.#waits.resolveAll();
  }

  /** The load balancers have reported a task as lost. */
  #replace(task: Task, reason: string): void {
    this.#region.log("task.unhealthy", { service: this.plan.service, task: task.id });
    void this.tasks.stop(task, { code: "ServiceSchedulerInitiated", reason });
    this.#noteFailure(task, this.tasks.describe(task));
  }

  #retire(task: Task, current: boolean): void {
    this.events.note(`has stopped 1 running tasks: (task ${task.id}).`);
    const reason = `Scaling activity initiated by (deployment ${this.#primary.id})`;
    const replaced = `Replaced by a newer deployment: ${reason}`;
    void this.tasks.stop(task, { code: "ServiceSchedulerInitiated", reason: current ? reason : replaced });
  }

  #noteCrash(task: Task, output: string): void {
    this.#region.log("task.died", {
      service: this.plan.service,
      task: task.id,
      reason: task.stoppedReason,
    });
    this.#noteFailure(task, output);
    this.#wake();
  }

  /** A proven task is replaced immediately; one that never became healthy delays the next start. */
  #noteFailure(task: Task, output: string): void {
    const { deployment } = task;
    if (task.proven) return;
    deployment.noteFailure(output);
    this.#startAfter = Date.now() + Math.min(100 * 2 ** deployment.failures, longestBackoffMs);
    this.events.note(`(task ${task.id}) failed to start: ${task.stoppedReason}`);
    if (deployment === this.#primary && deployment.shouldBreak) this.#break(deployment);
  }

  /** The circuit breaker: fails a deployment, and rolls back to the last steady one if enabled. */
  #break(failed: Deployment): void {
    failed.fail();
    this.events.note(`(deployment ${failed.id}) deployment failed: tasks failed to start.`);
    this.#region.log("deployment.failed", { service: failed.plan.service, failures: failed.failures });
    const back = failed.plan.circuitBreaker.rollback ? this.#completed : undefined;
    if (back && back !== failed) {
      back.resume({ ...back.plan, desiredCount: failed.plan.desiredCount });
      this.#primary = back;
      this.#startAfter = 0;
      this.events.note(`rolling back to (deployment ${back.id}).`);
      this.#options.onRollback?.(back.plan);
    }
    this.#waits.reject(failed, describeFailure(failed));
  }

  #end(why: string): void {
    this.#closed = true;
    this.#reconcileLoop.end();
    this.#waits.rejectAll(why);
  }

  /** The region ends its own processes on shutdown, without notification. */
  #isRegionEnding(): boolean {
    return this.tasks.living.some(
      (task) =>
        task.status === "RUNNING" && this.#region.supervisor.get(processNameOf(task)) !== task.process,
    );
  }

  /** Describes the state at a timeout. */
  #describeDelay(): string {
    const { lastOutput, plan } = this.#primary;
    if (lastOutput !== undefined) return lastOutput;
    const waiting = this.tasks.living.find(({ proven }) => !proven);
    const run = `${this.tasks.living.length} of ${plan.desiredCount} tasks run`;
    return waiting ? `${run}; not healthy yet: ${this.tasks.describe(waiting)}` : run;
  }
}

function describeFailure({ failures, lastOutput }: Deployment): string {
  return `cannot start its tasks: ${failures} failed in a row (deployment circuit breaker); ${lastOutput}`;
}
