import type { Region } from "../region.ts";
import { type ServicePlan, ServiceTasks } from "./service-tasks.ts";
import type { Task } from "./task.ts";

/** Failed starts in a row after which a deployment is given up (ECS: half the desired count, at least 3). */
const fewestFailures = 3;
const longestBackoffMs = 5_000;

/**
 * Keeps one service as planned: starts what is missing, replaces what dies, and rolls to a new task definition without
 * ever having fewer healthy tasks than desired (100% minimum, 200% maximum).
 */
export class ServiceScheduler {
  readonly tasks: ServiceTasks;
  #plan: ServicePlan;
  /** The last plan that became steady: where a failed deployment goes back to. */
  #steadyPlan: ServicePlan | undefined;
  /** Tasks of a forced deployment: they count as outdated whatever their definition. */
  #replacing: ReadonlySet<Task> = new Set();
  readonly #region: Region;
  readonly #name: string;
  #failures = 0;
  #startAfter = 0;
  #closed = false;
  #round: Promise<void> = Promise.resolve();

  constructor(region: Region, plan: ServicePlan) {
    this.#region = region;
    this.#plan = plan;
    this.#name = plan.service;
    this.tasks = new ServiceTasks(region, (task) => this.#noteCrash(task));
  }

  get plan(): ServicePlan {
    return this.#plan;
  }

  /** Changes what is wanted; `waitUntilSteady` tells when it is so. `again` replaces every task of now. */
  setPlan(plan: ServicePlan, { again = false }: { readonly again?: boolean } = {}): void {
    this.#plan = plan;
    this.#failures = 0;
    this.#startAfter = 0;
    this.#replacing = again ? new Set(this.tasks.living) : this.#replacing;
    this.#wake();
  }

  /** Resolves when exactly the wanted tasks run and are healthy. @throws Error with the last task's words when the deployment fails */
  async waitUntilSteady(withinMs: number): Promise<void> {
    const until = Date.now() + withinMs;
    for (;;) {
      await this.#wake();
      if (await this.#isSteady()) {
        this.#steadyPlan = this.#plan;
        return;
      }
      if (this.#hasFailed()) throw this.#fail();
      if (Date.now() > until)
        throw new Error(
          `is not steady after ${Math.round(withinMs / 1000)} s; ${this.tasks.describeFailure()}`,
        );
      await ServiceTasks.pause();
    }
  }

  /** Ends every task; nothing is started any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#round.catch(() => undefined);
    await Promise.all(
      this.tasks.living.map((task) => this.tasks.stop(this.#plan, task, "Service was deleted")),
    );
  }

  /** Ends one task because somebody asked; its replacement starts beside it. */
  async stopTask(task: Task, reason: string): Promise<void> {
    const ended = this.tasks.stop(this.#plan, task, reason);
    void this.#wake();
    await ended;
  }

  #current(): readonly Task[] {
    return this.tasks.living.filter(
      (task) => task.definition.arn === this.#plan.definition.arn && !this.#replacing.has(task),
    );
  }

  async #isSteady(): Promise<boolean> {
    const current = this.#current();
    if (current.length !== this.#plan.desiredCount || current.length !== this.tasks.living.length)
      return false;
    const healthy = new Set(await this.tasks.readHealthy(this.#plan));
    return current.every((task) => healthy.has(task));
  }

  #hasFailed(): boolean {
    return this.#failures >= Math.max(fewestFailures, Math.ceil(this.#plan.desiredCount / 2));
  }

  /** Gives a deployment up: back to the last steady plan, or to nothing where there was none. */
  #fail(): Error {
    const why = this.tasks.describeFailure();
    this.#region.log("deployment.failed", { service: this.#name, failures: this.#failures });
    if (this.#steadyPlan) this.setPlan(this.#steadyPlan);
    return new Error(
      `cannot start its tasks: ${this.#failures} failed in a row (deployment circuit breaker); ${why}`,
    );
  }

  /** One round after another, never two at once. */
  #wake(): Promise<void> {
    this.#round = this.#round.catch(() => undefined).then(() => this.#converge());
    // A round that fails is logged; whoever waits for steadiness sees that it does not come.
    this.#round.catch((error: unknown) =>
      this.#region.log("service.round-failed", { service: this.#name, reason: String(error) }),
    );
    return this.#round;
  }

  async #converge(): Promise<void> {
    if (this.#closed) return;
    const plan = this.#plan;
    const missing = plan.desiredCount - this.#current().length;
    if (missing > 0 && !this.#hasFailed() && Date.now() >= this.#startAfter) {
      await Promise.all(Array.from({ length: missing }, () => this.tasks.start(plan)));
    }
    const current = this.#current();
    const surplus = current.slice(plan.desiredCount);
    const outdated = this.tasks.living.filter((task) => !current.includes(task));
    for (const task of surplus) void this.#retire(task, "Scaling activity");
    if (outdated.length > 0 && (await this.#areHealthy(current.slice(0, plan.desiredCount)))) {
      for (const task of outdated) void this.#retire(task, "Replaced by a newer deployment");
    }
  }

  async #areHealthy(tasks: readonly Task[]): Promise<boolean> {
    const healthy = new Set(await this.tasks.readHealthy(this.#plan));
    return tasks.length >= this.#plan.desiredCount && tasks.every((task) => healthy.has(task));
  }

  async #retire(task: Task, reason: string): Promise<void> {
    try {
      await this.tasks.stop(this.#plan, task, reason);
    } catch (error) {
      this.#region.log("task.stop-failed", { task: task.id, reason: String(error) });
    }
  }

  /** A proven task is replaced at once; one that never became healthy makes the next start wait longer. */
  #noteCrash(task: Task): void {
    this.#region.log("task.died", { service: this.#name, task: task.id, reason: task.stoppedReason });
    this.#failures = task.proven ? 0 : this.#failures + 1;
    const backoffMs = task.proven ? 0 : Math.min(100 * 2 ** this.#failures, longestBackoffMs);
    this.#startAfter = Date.now() + backoffMs;
    if (this.#closed) return;
    setTimeout(() => void this.#wake().catch(() => undefined), backoffMs + 1).unref();
  }
}
