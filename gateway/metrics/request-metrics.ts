import type { Exchange } from "../request/exchange.ts";

/** Upper bounds of the duration histogram, in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Series {
  readonly route: string;
  readonly status: number;
  count: number;
  seconds: number;
  readonly buckets: Float64Array;
}

/** Rate, errors and duration by route: recording is two look-ups and some additions. */
export class RequestMetrics {
  readonly #routes = new Map<string, Map<number, Series>>();
  readonly #errors = new Map<string, number>();

  record(exchange: Exchange): void {
    // A path that no route has must not become a series: anybody could make as many as they like.
    const route = exchange.route?.name ?? (exchange.error === undefined ? "oauth2" : "none");
    const status = exchange.response.statusCode;
    let statuses = this.#routes.get(route);
    if (statuses === undefined) {
      statuses = new Map();
      this.#routes.set(route, statuses);
    }
    let series = statuses.get(status);
    if (series === undefined) {
      series = { route, status, count: 0, seconds: 0, buckets: new Float64Array(bounds.length) };
      statuses.set(status, series);
    }
    const seconds = (performance.now() - exchange.startedAt) / 1000;
    series.count++;
    series.seconds += seconds;
    for (let index = bounds.length - 1; index >= 0 && seconds <= bounds[index]!; index--)
      series.buckets[index]!++;
    if (exchange.error !== undefined)
      this.#errors.set(exchange.error, (this.#errors.get(exchange.error) ?? 0) + 1);
  }

  /** Lines of the Prometheus text format. */
  render(): string[] {
    const lines = ["# TYPE gateway_request_duration_seconds histogram"];
    for (const statuses of this.#routes.values())
      for (const series of statuses.values()) {
        const labels = `route="${series.route.replace(/["\\\n]/g, "_")}",status="${series.status}"`;
        const name = "gateway_request_duration_seconds";
        bounds.forEach((bound, index) => {
          lines.push(`${name}_bucket{${labels},le="${bound}"} ${series.buckets[index]}`);
        });
        lines.push(`${name}_bucket{${labels},le="+Inf"} ${series.count}`);
        lines.push(`${name}_sum{${labels}} ${series.seconds}`, `${name}_count{${labels}} ${series.count}`);
      }
    lines.push("# TYPE gateway_errors_total counter");
    for (const [code, count] of this.#errors) lines.push(`gateway_errors_total{code="${code}"} ${count}`);
    return lines;
  }
}
