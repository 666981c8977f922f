import { randomInt } from "node:crypto";
import type { ServicePlan } from "./service-settings.ts";

/** The circuit breaker's threshold: half the desired count, within these bounds (ECS Developer Guide). */
const fewestFailures = 3;
const mostFailures = 200;

/** One deployment of a service: the tasks of one plan. ECS keeps it while it has running tasks. */
export class Deployment {
  readonly id = `ecs-svc/${randomInt(10 ** 12, 10 ** 13)}${randomInt(10 ** 5, 10 ** 6)}`;
  readonly createdAt = new Date();
  updatedAt = this.createdAt;
  plan: ServicePlan;
  state: "IN_PROGRESS" | "COMPLETED" | "FAILED" = "IN_PROGRESS";
  reason: string;
  /** Failed starts since one of its tasks last became healthy, and in total. */
  failures = 0;
  failedTasks = 0;
  /** Last output of the latest failed task, for the operator. */
  lastOutput: string | undefined;
  /** A rollback, or a restore with the region, is never given up: there is nothing better to return to. */
  #guarded: boolean;

  constructor(plan: ServicePlan, { guarded }: { readonly guarded: boolean }) {
    this.plan = plan;
    this.#guarded = guarded;
    this.reason = `ECS deployment ${this.id} in progress.`;
  }

  get shouldBreak(): boolean {
    const threshold = Math.min(Math.max(fewestFailures, Math.ceil(this.plan.desiredCount / 2)), mostFailures);
    return (
      this.#guarded &&
      this.state === "IN_PROGRESS" &&
      this.plan.circuitBreaker.enabled &&
      this.failures >= threshold
    );
  }

  noteFailure(output: string): void {
    this.failures += 1;
    this.failedTasks += 1;
    this.lastOutput = output;
    this.updatedAt = new Date();
  }

  complete(): void {
    this.#settle("COMPLETED", `ECS deployment ${this.id} completed.`);
  }

  fail(): void {
    this.#settle("FAILED", "ECS deployment circuit breaker: tasks failed to start.");
  }

  /** Makes it the primary deployment again, because its successor has failed. */
  resume(plan: ServicePlan): void {
    this.plan = plan;
    this.failures = 0;
    this.#guarded = false;
    this.#settle("IN_PROGRESS", `ECS deployment circuit breaker: rolling back to deploymentId ${this.id}.`);
  }

  #settle(state: Deployment["state"], reason: string): void {
    this.state = state;
    this.reason = reason;
    this.updatedAt = new Date();
  }
}
