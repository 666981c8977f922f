import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessLog } from "../access-log/access-log.ts";
import type { PoolOccupancy } from "../database/occupancy.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { RateLimiter } from "../rate-limit/rate-limiter.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import type { SpanQueue } from "../tracing/span-queue.ts";
import type { Upstreams } from "../upstreams/upstreams.ts";
import { type Family, gauge } from "./family.ts";
import { collectProcess, EventLoop } from "./process-metrics.ts";
import { renderFamilies } from "./render.ts";
import { RequestMetrics } from "./request-metrics.ts";
import { serveScrape } from "./scrapes.ts";
import {
  collectAccessLog,
  collectDatabase,
  collectRedis,
  collectSpans,
  collectUpstreams,
} from "./store-metrics.ts";
import { describeWorkers } from "./worker-families.ts";

export interface MetricsSources {
  readonly lifecycle: Lifecycle;
  readonly primaries: Primaries;
  readonly upstreams: Upstreams;
  readonly writer: { readonly occupancy: PoolOccupancy };
  readonly reader: { readonly occupancy: PoolOccupancy };
  readonly rates: RateLimiter;
  readonly accessLog: AccessLog;
  /** Absent where requests are not traced. */
  readonly spans: SpanQueue | undefined;
  readonly readConfiguration: () => ServedConfiguration;
  /** Number of this worker, from 1. */
  readonly worker: string;
  /** Gives access to the whole task's metrics; absent in a gateway without workers. `collect` reads this process's. */
  readonly openTask: (collect: () => readonly Family[]) => TaskMetrics | undefined;
}

/** Metrics of all workers of a task. */
export interface TaskMetrics {
  /** The text of the whole task; nothing when the parent process does not respond. */
  read(): Promise<string | undefined>;
  /** Sends the last values, which would otherwise be lost with this process. */
  leave(): Promise<void>;
}

/** Metrics of a task: of this process, or of all workers through their parent process. */
export class Metrics {
  readonly #sources: MetricsSources;
  readonly #requests = new RequestMetrics();
  readonly #loop: EventLoop;
  readonly #task: TaskMetrics | undefined;

  constructor(sources: MetricsSources) {
    this.#sources = sources;
    this.#loop = new EventLoop(sources.worker);
    this.#task = sources.openTask(() => this.#collect());
  }

  record(exchange: Exchange): void {
    this.#requests.record(exchange);
  }

  /**
   * Serves `/metrics` to clients that connect directly. A request through the balancer carries `X-Forwarded-For`,
   * and is an ordinary request for a route.
   */
  respond(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url !== "/metrics" || request.headers["x-forwarded-for"] !== undefined) return false;
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    void serveScrape(response, () => this.read());
    return true;
  }

  /** Sends the last counts of this worker to the parent process. */
  async leave(): Promise<void> {
    await this.#task?.leave();
  }

  /** The metrics of the whole task; nothing when the parent process does not respond. */
  async read(): Promise<string | undefined> {
    return this.#task === undefined ? this.#renderAlone() : await this.#task.read();
  }

  #renderAlone(): string {
    const alone = { responding: 1, unresponsive: 0, starting: 0, restarts: 0 };
    return renderFamilies([...this.#collect(), ...describeWorkers(alone)]);
  }

  #collect(): Family[] {
    const { primaries, rates, upstreams, writer, reader, accessLog, spans } = this.#sources;
    return [
      ...this.#requests.collect(),
      ...this.#collectState(),
      ...collectUpstreams(upstreams),
      ...collectRedis(primaries, rates),
      ...collectDatabase({ writer, reader }),
      ...collectAccessLog(accessLog),
      ...(spans === undefined ? [] : collectSpans(spans)),
      ...this.#loop.collect(),
      ...collectProcess(),
    ];
  }

  #collectState(): Family[] {
    const { lifecycle, readConfiguration } = this.#sources;
    return [
      gauge(
        "gateway_requests_in_flight",
        "sum",
        "Requests whose response is not complete.",
        lifecycle.running,
      ),
      gauge(
        "gateway_connections_open",
        "sum",
        "Open client connections, including idle ones. Each worker accepts up to 10,000.",
        lifecycle.connections,
      ),
      gauge("gateway_tunnels_open", "sum", "Open WebSocket connections.", lifecycle.tunnels),
      gauge(
        "gateway_serving",
        "min",
        "1 while all workers accept requests, 0 while any is starting or draining.",
        lifecycle.state === "serving" ? 1 : 0,
      ),
      gauge(
        "gateway_configuration_version",
        "min",
        "Lowest configuration version served by any worker.",
        readConfiguration().version,
      ),
    ];
  }
}
