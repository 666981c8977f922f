import type { ChildProcess } from "node:child_process";
import { counter, type Family, gauge } from "./family.ts";
import { keepCounts, mergeFamilies } from "./merge.ts";
import { collectProcess } from "./process-metrics.ts";
import { renderFamilies } from "./render.ts";
import type { FromWorker, ToWorker } from "./worker-line.ts";

/** How long a scrape waits for the workers, in milliseconds; Prometheus allows 10 s in all. */
const gatherMs = 1000;

interface Scrape {
  readonly missing: Set<ChildProcess>;
  readonly responded: Set<ChildProcess>;
  readonly finish: () => void;
}

/**
 * Collects the workers' metrics in their parent process. It sums what all of them report and remembers the
 * counters of each: for a worker that has ended or does not respond, the last known counters still count, so that
 * a sum never decreases.
 */
export class Gathering {
  readonly #workers: number;
  /** Workers that can be queried, with their last report. */
  readonly #told = new Map<ChildProcess, readonly Family[]>();
  readonly #scrapes = new Map<string, Scrape>();
  #ended: readonly Family[] = [];
  #counter = 0;
  /** Workers that ended unexpectedly and were restarted. */
  restarts = 0;

  /** `workers` is the expected number. */
  constructor(workers: number) {
    this.#workers = workers;
  }

  connect(worker: ChildProcess): void {
    worker.on("message", (message) => this.#take(worker, message as FromWorker));
    // Not "exit", which may come before the last messages.
    worker.once("disconnect", () => {
      this.#ended = mergeFamilies([this.#ended, keepCounts(this.#told.get(worker) ?? [])]);
      this.#told.delete(worker);
      for (const scrape of this.#scrapes.values()) {
        scrape.responded.delete(worker);
        settle(scrape, worker);
      }
    });
  }

  #take(worker: ChildProcess, message: FromWorker): void {
    if (message.kind === "metrics-ready") this.#told.set(worker, []);
    if (message.kind === "metrics-last") this.#told.set(worker, message.families);
    if (message.kind === "metrics-scrape") {
      this.#told.set(worker, message.families);
      void this.scrape(worker).then((text) => tell(worker, { kind: "metrics-text", id: message.id, text }));
    }
    if (message.kind === "metrics-told") {
      this.#told.set(worker, message.families);
      const scrape = this.#scrapes.get(message.id);
      if (scrape === undefined) return;
      scrape.responded.add(worker);
      settle(scrape, worker);
    }
  }

  /** The metrics of the whole task; `from` is the scraped worker, which has reported already. */
  async scrape(from?: ChildProcess): Promise<string> {
    const key = String(++this.#counter);
    const missing = new Set([...this.#told.keys()].filter((worker) => worker !== from && worker.connected));
    const responded = new Set(from === undefined ? [] : [from]);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs);
      const finish = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#scrapes.set(key, { missing, responded, finish });
      for (const worker of missing) tell(worker, { kind: "metrics-ask", id: key });
      if (missing.size === 0) finish();
    });
    this.#scrapes.delete(key);
    const lists = [...this.#told].map(([worker, families]) =>
      responded.has(worker) ? families : keepCounts(families),
    );
    const merged = mergeFamilies([...lists, this.#ended, collectProcess()]);
    return renderFamilies([...merged, ...this.#describe({ responded, missing })]);
  }

  #describe({ responded, missing }: Pick<Scrape, "responded" | "missing">): Family[] {
    return describeWorkers({
      responding: responded.size,
      unresponsive: missing.size,
      starting: Math.max(0, this.#workers - responded.size - missing.size),
      restarts: this.restarts,
    });
  }
}

function settle({ missing, finish }: Scrape, worker: ChildProcess): void {
  missing.delete(worker);
  if (missing.size === 0) finish();
}

/** Identifies the source of the values. */
export function describeWorkers(of: {
  readonly responding: number;
  readonly unresponsive: number;
  readonly starting: number;
  readonly restarts: number;
}): Family[] {
  const states = (["responding", "unresponsive", "starting"] as const).map(
    (state) => [{ state }, of[state]] as const,
  );
  return [
    gauge(
      "gateway_workers",
      "sum",
      "Workers by state: included in this scrape, unresponsive within its time limit, or still starting.",
      states,
    ),
    counter(
      "gateway_worker_restarts_total",
      "Workers restarted after exiting unexpectedly. Counts since the previous scrape are lost if the worker was killed.",
      of.restarts,
    ),
  ];
}

function tell(worker: ChildProcess, message: ToWorker): void {
  if (worker.connected) worker.send(message, () => {});
}
