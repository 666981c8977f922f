import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { counter, type Family, gauge } from "./family.ts";

/** Sampling interval of the event loop, in milliseconds; measured delays include it. */
const resolutionMs = 20;

/** CPU and memory of this process, under the names that Prometheus's client libraries use. */
export function collectProcess(): Family[] {
  const { user, system } = process.cpuUsage();
  return [
    counter("process_cpu_seconds_total", "Total CPU time of all processes.", (user + system) / 1e6),
    gauge(
      "process_resident_memory_bytes",
      "sum",
      "Resident memory of all processes.",
      process.memoryUsage.rss(),
    ),
    gauge(
      "process_start_time_seconds",
      "min",
      "Start time of the first process, in seconds since the Unix epoch.",
      performance.timeOrigin / 1000,
    ),
  ];
}

/** Event loop utilization of this worker. The kernel distributes connections, not load, so workers differ. */
export class EventLoop {
  readonly #worker: string;
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;

  /** `worker` is its number, for the label. */
  constructor(worker: string) {
    this.#worker = worker;
  }

  collect(): Family[] {
    const worker = this.#worker;
    const { active, idle } = performance.eventLoopUtilization();
    const seconds = counter("gateway_event_loop_seconds_total", "Time the event loop spent active or idle.", [
      [{ worker, state: "active" }, active / 1000],
      [{ worker, state: "idle" }, idle / 1000],
    ]);
    const delays = this.#readDelay().map(([part, help, delay]) =>
      gauge(`gateway_event_loop_delay_${part}_seconds`, "max", `${help} since the previous scrape.`, [
        [{ worker }, delay],
      ]),
    );
    return [seconds, ...delays];
  }

  /** Measured from the first scrape on, so that there is no cost without scrapes. */
  #readDelay(): (readonly [part: string, help: string, seconds: number])[] {
    if (this.#delay === undefined) {
      this.#delay = monitorEventLoopDelay({ resolution: resolutionMs });
      this.#delay.enable();
      return [];
    }
    // A second scrape right afterwards has no samples; it must not reset the measurement that has just begun.
    if (this.#delay.count === 0) return [];
    const toDelay = (intervalNs: number) => Math.max(0, intervalNs / 1e9 - resolutionMs / 1000);
    const [p50, p99, max] = [this.#delay.percentile(50), this.#delay.percentile(99), this.#delay.max];
    this.#delay.reset();
    return [
      ["p50", "Median event loop delay", toDelay(p50)],
      ["p99", "99th percentile of the event loop delay", toDelay(p99)],
      ["max", "Maximum event loop delay", toDelay(max)],
    ];
  }
}
