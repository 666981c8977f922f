import type { AccessLog } from "../access-log/access-log.ts";
import type { PoolOccupancy } from "../database/occupancy.ts";
import type { RateLimiter } from "../rate-limit/rate-limiter.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { SpanQueue } from "../tracing/span-queue.ts";
import type { Upstreams } from "../upstreams/upstreams.ts";
import { counter, type Family, gauge, type Labels } from "./family.ts";

export function collectUpstreams({ targets }: Upstreams): Family[] {
  const now = Date.now();
  const all = [...targets];
  const byOrigin = (read: (target: (typeof all)[number]) => number) =>
    all.map((target) => [{ origin: target.origin }, read(target)] as const);
  return [
    gauge(
      "gateway_upstream_requests_in_flight",
      "sum",
      "Requests waiting for a response from the origin.",
      byOrigin(({ inFlight }) => inFlight),
    ),
    gauge(
      "gateway_upstream_healthy",
      "min",
      "0 if any worker considers the origin unhealthy.",
      byOrigin((target) => (target.isHealthy(now) ? 1 : 0)),
    ),
    gauge(
      "gateway_upstream_connections",
      "sum",
      "Connections to the origin.",
      all.flatMap(({ origin, connections }) => byState({ origin }, connections)),
    ),
  ];
}

export function collectRedis(primaries: Primaries, rates: RateLimiter): Family[] {
  const nodes = [...primaries.nodes].map((node) => ({
    primary: `${node.address.host}:${node.address.port}`,
    node,
  }));
  return [
    gauge(
      "gateway_redis_ready",
      "min",
      "1 while every slot of the cluster has a responsive primary.",
      primaries.ready ? 1 : 0,
    ),
    gauge(
      "gateway_redis_primary_ready",
      "min",
      "1 while the primary is responsive.",
      nodes.map(({ primary, node }) => [{ primary }, node.ready ? 1 : 0]),
    ),
    gauge(
      "gateway_redis_commands_in_flight",
      "sum",
      "Lookups waiting for a reply from the primary.",
      nodes.map(({ primary, node }) => [{ primary }, node.reads.waiting]),
    ),
    counter(
      "gateway_redis_commands_failed_total",
      "Commands that received no reply from a primary in time.",
      primaries.lostCommands,
    ),
    counter(
      "gateway_rate_limit_bypassed_total",
      "Requests allowed without a rate limit check because Redis was unavailable.",
      rates.unchecked,
    ),
  ];
}

export function collectDatabase(endpoints: Readonly<Record<string, { occupancy: PoolOccupancy }>>): Family[] {
  const pools = Object.entries(endpoints).map(([endpoint, { occupancy }]) => ({ endpoint, occupancy }));
  return [
    gauge(
      "gateway_database_connections",
      "sum",
      "Connections to the database.",
      pools.flatMap(({ endpoint, occupancy }) => byState({ endpoint }, occupancy)),
    ),
    gauge(
      "gateway_database_queries_waiting",
      "sum",
      "Queries waiting for a connection.",
      pools.map(({ endpoint, occupancy }) => [{ endpoint }, occupancy.waiting]),
    ),
  ];
}

export function collectAccessLog({ waiting, waitingCharacters, delivered, dropped }: AccessLog): Family[] {
  return [
    gauge("gateway_access_log_queue_lines", "sum", "Access log lines queued for delivery.", waiting),
    gauge(
      "gateway_access_log_queue_characters",
      "sum",
      "Total length of the queued access log lines, in characters.",
      waitingCharacters,
    ),
    counter("gateway_access_log_lines_total", "Access log lines by delivery outcome.", [
      [{ outcome: "delivered" }, delivered],
      [{ outcome: "dropped" }, dropped],
    ]),
  ];
}

export function collectSpans({ waiting, delivered, dropped, unfollowed }: SpanQueue): Family[] {
  return [
    gauge("gateway_trace_queue_spans", "sum", "Spans queued for the collector.", waiting),
    counter("gateway_trace_spans_total", "Spans by delivery outcome.", [
      [{ outcome: "delivered" }, delivered],
      [{ outcome: "dropped" }, dropped],
    ]),
    counter(
      "gateway_trace_contexts_ignored_total",
      "Incoming trace contexts ignored because callers exceeded the rate limit.",
      unfollowed,
    ),
  ];
}

function byState(labels: Labels, { open, idle }: { readonly open: number; readonly idle: number }) {
  return [
    [{ ...labels, state: "busy" }, open - idle],
    [{ ...labels, state: "idle" }, idle],
  ] as const;
}
