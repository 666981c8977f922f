import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
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

/** The worker processes of a task. */
class Workers {
  readonly #main: string;
  readonly #metrics: TaskMetricsCollection;
  readonly #instance = nameInstance();
  readonly #running = new Map<ChildProcess, Channel>();
  #ending = false;
  #exitCode = 0;

  constructor(main: string, metrics: TaskMetricsCollection) {
    this.#main = main;
    this.#metrics = metrics;
  }

  /** Resolves with this process's exit code, when every worker has ended for good. */
  async run(count: number): Promise<number> {
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => {
        this.#ending = true;
        for (const worker of this.#running.keys()) worker.kill(signal);
      });
    await Promise.all(Array.from({ length: count }, (_, index) => this.#keepRunning(index + 1)));
    return this.#exitCode;
  }

  async #keepRunning(number: number): Promise<void> {
    for (let start = 1; !this.#ending; start++) {
      const worker = this.#start(number, start > 1);
      const [code] = (await once(worker, "exit")) as [number | null];
      this.#running.delete(worker);
      if (this.#ending || code === 2) {
        // Invalid settings do not become valid by a restart.
        this.#exitCode = Math.max(this.#exitCode, code ?? 1);
        return;
      }
      this.#metrics.restarts++;
      process.stderr.write(`Worker ${number} exited with ${code ?? "a signal"} and is being restarted.\n`);
      await new Promise((resolve) => setTimeout(resolve, restartMs));
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
