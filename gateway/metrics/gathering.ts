import type { ChildProcess } from "node:child_process";
import { counter, type Family, gauge } from "./family.ts";
import { keepCounts, mergeFamilies } from "./merge.ts";
import { collectProcess } from "./process-metrics.ts";
import { renderFamilies } from "./render.ts";
import type { FromWorker, ToWorker } from "./worker-line.ts";

/** How long a scrape waits for the workers, in milliseconds: a part of the 10 s that Prometheus gives it. */
const gatherMs = 1000;

interface Scrape {
  readonly from: ChildProcess;
  readonly id: number;
  readonly missing: Set<ChildProcess>;
  readonly answered: Map<ChildProcess, readonly Family[]>;
  readonly timer: NodeJS.Timeout;
}

/**
 * The other end of the workers' lines, in the process that started them. It adds up what all of them tell, and remembers
 * what each has told of its counts: of one that has ended or does not answer, the last known ones go on to be counted,
 * so that a sum never becomes smaller.
 */
export class Gathering {
  readonly #workers: number;
  /** Workers that can be asked, with what they told last. */
  readonly #told = new Map<ChildProcess, readonly Family[]>();
  readonly #scrapes = new Map<string, Scrape>();
  #ended: readonly Family[] = [];
  #counter = 0;
  /** Workers that ended without having been asked to, and were started again. */
  restarts = 0;

  /** `workers` is how many there should be. */
  constructor(workers: number) {
    this.#workers = workers;
  }

  connect(worker: ChildProcess): void {
    worker.on("message", (message) => this.#take(worker, message as FromWorker));
    // Not "exit", which may come before the last messages.
    worker.once("disconnect", () => {
      this.#ended = mergeFamilies([this.#ended, keepCounts(this.#told.get(worker) ?? [])]);
      this.#told.delete(worker);
      for (const [key, scrape] of this.#scrapes) {
        scrape.missing.delete(worker);
        scrape.answered.delete(worker);
        this.#settle(key, scrape);
      }
    });
  }

  #take(worker: ChildProcess, message: FromWorker): void {
    if (message.kind === "metrics-ready") this.#told.set(worker, []);
    if (message.kind === "metrics-last") this.#told.set(worker, message.families);
    if (message.kind === "metrics-scrape") this.#ask(worker, message);
    if (message.kind === "metrics-told") {
      this.#told.set(worker, message.families);
      const scrape = this.#scrapes.get(message.id);
      if (scrape === undefined) return;
      scrape.missing.delete(worker);
      scrape.answered.set(worker, message.families);
      this.#settle(message.id, scrape);
    }
  }

  #ask(from: ChildProcess, { id, families }: Extract<FromWorker, { kind: "metrics-scrape" }>): void {
    this.#told.set(from, families);
    const key = String(++this.#counter);
    const missing = new Set([...this.#told.keys()].filter((worker) => worker !== from && worker.connected));
    const scrape: Scrape = {
      from,
      id,
      missing,
      answered: new Map([[from, families]]),
      timer: setTimeout(() => {
        this.#finish(key, scrape);
      }, gatherMs),
    };
    this.#scrapes.set(key, scrape);
    for (const worker of missing) tell(worker, { kind: "metrics-ask", id: key });
    this.#settle(key, scrape);
  }

  #settle(key: string, scrape: Scrape): void {
    if (scrape.missing.size === 0) this.#finish(key, scrape);
  }

  #finish(key: string, scrape: Scrape): void {
    clearTimeout(scrape.timer);
    this.#scrapes.delete(key);
    const lists = [...this.#told].map(
      ([worker, families]) => scrape.answered.get(worker) ?? keepCounts(families),
    );
    const merged = mergeFamilies([...lists, this.#ended, collectProcess()]);
    const text = renderFamilies([...merged, ...this.#describe(scrape)]);
    tell(scrape.from, { kind: "metrics-text", id: scrape.id, text });
  }

  #describe({ answered, missing }: Scrape): Family[] {
    return describeWorkers({
      answering: answered.size,
      silent: missing.size,
      starting: Math.max(0, this.#workers - answered.size - missing.size),
      restarts: this.restarts,
    });
  }
}

/** Who the values are of. */
export function describeWorkers(of: {
  readonly answering: number;
  readonly silent: number;
  readonly starting: number;
  readonly restarts: number;
}): Family[] {
  const states = (["answering", "silent", "starting"] as const).map(
    (state) => [{ state }, of[state]] as const,
  );
  return [
    gauge(
      "gateway_workers",
      "sum",
      "Workers whose values these are, that did not answer in time, and that are not there yet.",
      states,
    ),
    counter(
      "gateway_worker_restarts_total",
      "Workers that ended by themselves; what one counted since the scrape before is lost where it was killed.",
      of.restarts,
    ),
  ];
}

function tell(worker: ChildProcess, message: ToWorker): void {
  if (worker.connected) worker.send(message, () => {});
}
