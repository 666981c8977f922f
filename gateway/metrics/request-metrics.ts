import type { Exchange } from "../exchange/exchange.ts";
import { counter, type Family, type Labels, type Sample } from "./family.ts";

/** Upper bounds of the duration histogram, in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Requests of one route with the same status; 0 where the client disconnected before it. */
interface Series {
  count: number;
  /** Total duration. An integer, so that the order of additions does not matter. */
  microseconds: number;
  /** Cumulative. */
  readonly buckets: number[];
}

interface RouteCounts {
  readonly statuses: Map<number, Series>;
  readonly errors: Map<string, number>;
  retries: number;
  sentBytes: number;
}

/** Rate, errors and duration by route: recording is two lookups and some additions. */
export class RequestMetrics {
  readonly #routes = new Map<string, RouteCounts>();

  record(exchange: Exchange): void {
    const { status, error, attempts, sentBytes } = exchange;
    const counts = this.#open(nameRoute(exchange));
    let series = counts.statuses.get(status);
    if (series === undefined) {
      series = { count: 0, microseconds: 0, buckets: new Array<number>(bounds.length).fill(0) };
      counts.statuses.set(status, series);
    }
    const seconds = (performance.now() - exchange.startedAt) / 1000;
    series.count++;
    series.microseconds += Math.round(seconds * 1e6);
    for (let index = bounds.length - 1; index >= 0 && seconds <= bounds[index]!; index--)
      series.buckets[index]!++;
    counts.sentBytes += sentBytes;
    if (attempts > 1) counts.retries += attempts - 1;
    if (error !== undefined) counts.errors.set(error, (counts.errors.get(error) ?? 0) + 1);
  }

  collect(): Family[] {
    const routes = [...this.#routes];
    const ofRoutes = (read: (counts: RouteCounts) => number) =>
      routes.map(([route, counts]) => [{ route }, read(counts)] as const);
    const errors = routes.flatMap(([route, counts]) =>
      [...counts.errors].map(([code, count]): [Labels, number] => [{ code, route }, count]),
    );
    return [
      {
        name: "gateway_request_duration_seconds",
        type: "histogram",
        help: "Time from the request header to the end of the response. Status 0: the client disconnected before a response.",
        rule: "sum",
        bounds,
        samples: routes.flatMap(([route, { statuses }]) => toSamples(route, statuses)),
      },
      counter("gateway_errors_total", "Error responses by code, including rejected requests.", errors),
      counter(
        "gateway_upstream_retries_total",
        "Attempts to reach an upstream after the first attempt of a request.",
        ofRoutes((counts) => counts.retries),
      ),
      counter(
        "gateway_forwarded_bytes_total",
        "Bytes of upstream response bodies forwarded to clients.",
        ofRoutes((counts) => counts.sentBytes),
      ),
    ];
  }

  #open(route: string): RouteCounts {
    let counts = this.#routes.get(route);
    if (counts === undefined) {
      counts = { statuses: new Map(), errors: new Map(), retries: 0, sentBytes: 0 };
      this.#routes.set(route, counts);
    }
    return counts;
  }
}

/**
 * Unmatched paths must not become series: clients could create any number. Route names never begin with an
 * underscore.
 */
function nameRoute({ route, error }: Exchange): string {
  return route?.name ?? (error === undefined ? "_oauth2" : "_none");
}

function toSamples(route: string, statuses: ReadonlyMap<number, Series>): Sample[] {
  return [...statuses].map(([status, { buckets, count, microseconds }]) => ({
    labels: { route, status },
    values: [...buckets, count, microseconds / 1e6],
  }));
}
