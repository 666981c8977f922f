import type { Family } from "../metrics/family.ts";
import { keepCounts, mergeFamilies } from "../metrics/merge.ts";
import { collectProcess } from "../metrics/process-metrics.ts";
import { renderFamilies } from "../metrics/render.ts";
import { describeWorkers } from "../metrics/worker-families.ts";
import type { Channel } from "./channel.ts";

/** How long a scrape waits for the workers, in milliseconds; Prometheus allows 10 s in all. */
const collectMs = 1000;

/**
 * Collects the workers' metrics in their parent process. It sums what all of them report and remembers the
 * counters of each: for a worker that has ended or does not respond, the last known counters still count, so that
 * a sum never decreases.
 */
export class TaskMetricsCollection {
  readonly #workers: number;
  /** Workers that can be queried, with their last report. */
  readonly #reports = new Map<Channel, readonly Family[]>();
  #ended: readonly Family[] = [];
  /** Workers that ended unexpectedly and were restarted. */
  restarts = 0;

  /** `workers` is the expected number. */
  constructor(workers: number) {
    this.#workers = workers;
  }

  /** The worker can be queried from now on, or has reported these values. */
  report(worker: Channel, families: readonly Family[]): void {
    this.#reports.set(worker, families);
  }

  /** The worker is gone; what it counted remains. */
  forget(worker: Channel): void {
    this.#ended = mergeFamilies([this.#ended, keepCounts(this.#reports.get(worker) ?? [])]);
    this.#reports.delete(worker);
  }

  /** The metrics of the whole task; `from` is the scraped worker, which has reported already. */
  async scrape(from?: Channel): Promise<string> {
    const responded = new Set(from === undefined ? [] : [from]);
    const others = [...this.#reports.keys()].filter((worker) => worker !== from && worker.connected);
    await Promise.all(
      others.map(async (worker) => {
        const response = await worker.call("collect", {}, collectMs);
        // One that has ended meanwhile was forgotten with its last values.
        if (response === undefined || !this.#reports.has(worker)) return;
        this.#reports.set(worker, response.families);
        responded.add(worker);
      }),
    );
    const reports = [...this.#reports];
    const lists = reports.map(([worker, families]) =>
      responded.has(worker) ? families : keepCounts(families),
    );
    const merged = mergeFamilies([...lists, this.#ended, collectProcess()]);
    const responding = reports.filter(([worker]) => responded.has(worker)).length;
    const unresponsive = others.filter(
      (worker) => this.#reports.has(worker) && !responded.has(worker),
    ).length;
    const workers = describeWorkers({
      responding,
      unresponsive,
      restarts: this.restarts,
      starting: Math.max(0, this.#workers - responding - unresponsive),
    });
    return renderFamilies([...merged, ...workers]);
  }
}
