import type { IncomingMessage, ServerResponse } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { AccessLog } from "../delivery/access-log.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { Exchange } from "../request/exchange.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import type { SpanQueue } from "../tracing/span-queue.ts";
import type { Upstreams } from "../upstreams/upstreams.ts";
import { RequestMetrics } from "./request-metrics.ts";

export interface MetricsSources {
  readonly lifecycle: Lifecycle;
  readonly primaries: Primaries;
  readonly upstreams: Upstreams;
  readonly accessLog: AccessLog;
  /** Absent where requests are not traced. */
  readonly spans: SpanQueue | undefined;
  readonly readConfiguration: () => ServedConfiguration;
}

/** What this process can tell about itself, in the Prometheus text format. */
export class Metrics {
  readonly #sources: MetricsSources;
  readonly #requests = new RequestMetrics();
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;

  constructor(sources: MetricsSources) {
    this.#sources = sources;
  }

  record(exchange: Exchange): void {
    this.#requests.record(exchange);
  }

  /**
   * Answers `/metrics` to whoever asks this process directly. What comes through the balancer carries its
   * `X-Forwarded-For`, and is an ordinary request for a route.
   */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url !== "/metrics" || request.headers["x-forwarded-for"] !== undefined) return false;
    const body = `${this.#render().join("\n")}\n`;
    response.writeHead(200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
    return true;
  }

  #render(): string[] {
    const { lifecycle, primaries, upstreams, accessLog, readConfiguration } = this.#sources;
    const lines = this.#requests.render();
    const gauge = (name: string, value: number, labels = "") => {
      lines.push(`# TYPE gateway_${name} gauge`, `gateway_${name}${labels} ${value}`);
    };
    gauge("requests_running", lifecycle.running);
    gauge("tunnels_open", lifecycle.tunnels);
    gauge("serving", lifecycle.state === "serving" ? 1 : 0);
    gauge("configuration_version", readConfiguration().version);
    gauge("redis_ready", primaries.ready ? 1 : 0);
    gauge("access_log_waiting_lines", accessLog.waiting);
    lines.push("# TYPE gateway_access_log_lines_total counter");
    lines.push(`gateway_access_log_lines_total{outcome="delivered"} ${accessLog.delivered}`);
    lines.push(`gateway_access_log_lines_total{outcome="dropped"} ${accessLog.dropped}`);
    const { spans } = this.#sources;
    if (spans !== undefined) {
      gauge("trace_waiting_spans", spans.waiting);
      lines.push("# TYPE gateway_trace_spans_total counter");
      lines.push(`gateway_trace_spans_total{outcome="delivered"} ${spans.delivered}`);
      lines.push(`gateway_trace_spans_total{outcome="dropped"} ${spans.dropped}`);
    }
    lines.push("# TYPE gateway_upstream_requests_running gauge", "# TYPE gateway_upstream_healthy gauge");
    for (const target of upstreams.targets) {
      const labels = `{origin="${target.origin}"}`;
      lines.push(`gateway_upstream_requests_running${labels} ${target.inFlight}`);
      lines.push(`gateway_upstream_healthy${labels} ${target.isHealthy(Date.now()) ? 1 : 0}`);
    }
    this.#renderProcess(gauge);
    return lines;
  }

  #renderProcess(gauge: (name: string, value: number, labels?: string) => void): void {
    // Measured from the first scrape on: nobody pays for it where nobody looks.
    if (this.#delay === undefined) {
      this.#delay = monitorEventLoopDelay({ resolution: 20 });
      this.#delay.enable();
    } else {
      gauge("event_loop_delay_seconds", this.#delay.percentile(99) / 1e9, '{quantile="0.99"}');
      this.#delay.reset();
    }
    const { user, system } = process.cpuUsage();
    gauge("process_cpu_seconds", (user + system) / 1e6);
    gauge("process_resident_bytes", process.memoryUsage.rss());
  }
}
