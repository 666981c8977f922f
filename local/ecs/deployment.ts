import { randomInt } from "node:crypto";
import type { ServicePlan } from "./service-plan.ts";

/** The circuit breaker's threshold: half the desired count, within these bounds (ECS Developer Guide). */
const fewestFailures = 3;
const mostFailures = 200;

/** One deployment of a service: the tasks of one plan. ECS keeps it while tasks of it live. */
export class Deployment {
  readonly id = `ecs-svc/${randomInt(10 ** 12, 10 ** 13)}${randomInt(10 ** 5, 10 ** 6)}`;
  readonly createdAt = new Date();
  updatedAt = this.createdAt;
  plan: ServicePlan;
  state: "IN_PROGRESS" | "COMPLETED" | "FAILED" = "IN_PROGRESS";
  reason: string;
  /** Starts that failed since the last task of it became healthy, and all of them. */
  failures = 0;
  failedTasks = 0;
  /** What the last of them said, for the operator. */
  lastWords: string | undefined;
  /** Going back, or coming back with the region, is never given up: there is nothing better to go to. */
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

  noteFailure(words: string): void {
    this.failures += 1;
    this.failedTasks += 1;
    this.lastWords = words;
    this.updatedAt = new Date();
  }

  complete(): void {
    this.#settle("COMPLETED", `ECS deployment ${this.id} completed.`);
  }

  fail(): void {
    this.#settle("FAILED", "ECS deployment circuit breaker: tasks failed to start.");
  }

  /** Wanted again, because what came after it has failed. */
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
