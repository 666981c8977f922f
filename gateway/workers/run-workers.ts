import { type ChildProcess, fork } from "node:child_process";
import { listenForScrapes } from "../metrics/scrapes.ts";
import { readTaskAddress } from "../task.ts";
import { Channel } from "./channel.ts";
import { spreadVersion } from "./siblings.ts";
import { TaskMetricsCollection } from "./task-metrics.ts";
import { nameInstance, workerVariables } from "./worker-variables.ts";

/** Time between two restarts of a worker that keeps ending, in milliseconds. */
const restartMs = 500;

/**
 * One gateway per processor, all on the same port: the kernel distributes the connections (`SO_REUSEPORT`). A
 * worker that ends is restarted; signals are forwarded, and this process ends when all have.
 */
export async function runWorkers(main: string, count: number): Promise<void> {
  const metrics = new TaskMetricsCollection(count);
  await serveMetrics(metrics);
  process.exitCode = await new Workers(main, metrics).run(count);
}

/** Serves the metrics of all workers on the metrics port. */
async function serveMetrics(metrics: TaskMetricsCollection): Promise<void> {
  const port = readMetricsPort();
  const host = port === undefined ? "" : await readTaskAddress(process.env.HOST || undefined);
  await listenForScrapes({ host, port }, () => metrics.scrape());
}

/** The workers' settings report an invalid value together with all others. */
function readMetricsPort(): number | undefined {
  const { METRICS_PORT: text = "", PORT: taken = "8080" } = process.env;
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 && port !== Number(taken) ? port : undefined;
}

/** How a worker ended; `error` if it could not be started. */
interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

/** @throws the error of a process that could not be started */
function waitForEnd(worker: ChildProcess): Promise<WorkerEnd> {
  return new Promise((resolve, reject) => {
    worker.once("exit", (code, signal) => resolve({ code, signal }));
    // A running worker reports messages and signals that could not be sent, too.
    worker.on("error", (error) => {
      if (worker.pid === undefined) reject(error);
    });
  });
}

function describeEnd({ code, error }: WorkerEnd): string {
  return error === undefined
    ? `exited with ${code ?? "a signal"}`
    : `could not be started (${error.message})`;
}

/** The worker processes of a task. */
class Workers {
  readonly #main: string;
  readonly #metrics: TaskMetricsCollection;
  readonly #instance = nameInstance();
  readonly #running = new Map<ChildProcess, Channel>();
  /** The signal that was forwarded. */
  #signal: NodeJS.Signals | undefined;
  #exitCode = 0;

  constructor(main: string, metrics: TaskMetricsCollection) {
    this.#main = main;
    this.#metrics = metrics;
  }

  /** Resolves with this process's exit code, when every worker has ended for good. */
  async run(count: number): Promise<number> {
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => {
        this.#signal = signal;
        for (const worker of this.#running.keys()) worker.kill(signal);
      });
    await Promise.all(Array.from({ length: count }, (_, index) => this.#keepRunning(index + 1)));
    return this.#exitCode;
  }

  async #keepRunning(number: number): Promise<void> {
    for (let start = 1; this.#signal === undefined; start++) {
      const end = await this.#runOnce(number, start > 1);
      if (this.#signal !== undefined || end.code === 2) {
        // Invalid settings do not become valid by a restart.
        const code = end.code ?? (end.signal === this.#signal ? 0 : 1);
        this.#exitCode = Math.max(this.#exitCode, code);
        return;
      }
      this.#metrics.restarts++;
      process.stderr.write(`Worker ${number} ${describeEnd(end)} and is being restarted.\n`);
      await new Promise((resolve) => setTimeout(resolve, restartMs));
    }
  }

  async #runOnce(number: number, again: boolean): Promise<WorkerEnd> {
    let worker: ChildProcess | undefined;
    try {
      worker = this.#start(number, again);
      return await waitForEnd(worker);
    } catch (error) {
      // Too many processes or open files, or too little memory, may be temporary.
      return { code: null, signal: null, error: error as Error };
    } finally {
      if (worker !== undefined) this.#running.delete(worker);
    }
  }

  #start(number: number, again: boolean): ChildProcess {
    const variables = {
      [workerVariables.number]: String(number),
      [workerVariables.instance]: this.#instance,
      ...(again ? { [workerVariables.again]: "yes" } : {}),
    };
    const worker = fork(this.#main, ["gateway"], { env: { ...process.env, ...variables } });
    this.#running.set(worker, this.#connect(worker));
    return worker;
  }

  #connect(worker: ChildProcess): Channel {
    const metrics = this.#metrics;
    const channel: Channel = new Channel(worker, {
      spread: async ({ version }) => ({ serves: await spreadVersion(version, this.#listOthers(channel)) }),
      ready: async () => {
        metrics.report(channel, []);
        return {};
      },
      scrape: async ({ families }) => {
        metrics.report(channel, families);
        return { text: await metrics.scrape(channel) };
      },
      leave: async ({ families }) => {
        metrics.report(channel, families);
        return {};
      },
    });
    // Not "exit", which may come before the last messages.
    worker.once("disconnect", () => metrics.forget(channel));
    return channel;
  }

  #listOthers(worker: Channel): Channel[] {
    return [...this.#running.values()].filter((other) => other !== worker && other.connected);
  }
}
