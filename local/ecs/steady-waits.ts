import type { Deployment } from "./deployment.ts";

interface Wait {
  readonly deployment: Deployment;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Callers that wait until a service is steady. */
export class SteadyWaits {
  readonly #waits = new Set<Wait>();

  /** Waits for this deployment or a newer one to become steady. */
  add(deployment: Deployment, withinMs: number, describeDelay: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waits.delete(wait);
        reject(new Error(`is not steady after ${Math.round(withinMs / 1000)} s; ${describeDelay()}`));
      }, withinMs);
      const wait: Wait = { deployment, resolve, reject, timer };
      this.#waits.add(wait);
      timer.unref();
    });
  }

  resolveAll(): void {
    for (const wait of this.#take(() => true)) wait.resolve();
  }

  /** A deployment has failed, and with it the waits for it. */
  reject(failed: Deployment, why: string): void {
    const older = (wait: Wait) => wait.deployment.createdAt <= failed.createdAt;
    for (const wait of this.#take(older)) wait.reject(new Error(why));
  }

  rejectAll(why: string): void {
    for (const wait of this.#take(() => true)) wait.reject(new Error(why));
  }

  #take(which: (wait: Wait) => boolean): readonly Wait[] {
    const taken = [...this.#waits].filter(which);
    for (const wait of taken) {
      this.#waits.delete(wait);
      clearTimeout(wait.timer);
    }
    return taken;
  }
}
