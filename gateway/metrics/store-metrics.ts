import type { PoolOccupancy } from "../database/occupancy.ts";
import type { AccessLog } from "../delivery/access-log.ts";
import type { RateLimiter } from "../limits/rate.ts";
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
      "gateway_upstream_requests_running",
      "sum",
      "Requests that an origin has not answered yet.",
      byOrigin(({ inFlight }) => inFlight),
    ),
    gauge(
      "gateway_upstream_healthy",
      "min",
      "0 where a worker lets the origin rest after failures.",
      byOrigin((target) => (target.isHealthy(now) ? 1 : 0)),
    ),
    gauge(
      "gateway_upstream_connections",
      "sum",
      "Connections to an origin.",
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
      "1 while every slot of the cluster has a primary that answers.",
      primaries.ready ? 1 : 0,
    ),
    gauge(
      "gateway_redis_primary_ready",
      "min",
      "1 while the primary answers.",
      nodes.map(({ primary, node }) => [{ primary }, node.ready ? 1 : 0]),
    ),
    gauge(
      "gateway_redis_commands_waiting",
      "sum",
      "Look-ups that the primary has not answered yet.",
      nodes.map(({ primary, node }) => [{ primary }, node.reads.waiting]),
    ),
    counter(
      "gateway_redis_commands_lost_total",
      "Commands that no primary answered in time.",
      primaries.lostCommands,
    ),
    counter(
      "gateway_rate_unchecked_total",
      "Requests that passed although their rate could not be looked up.",
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
      "gateway_database_waiting",
      "sum",
      "Statements that wait for a connection.",
      pools.map(({ endpoint, occupancy }) => [{ endpoint }, occupancy.waiting]),
    ),
  ];
}

export function collectAccessLog({ waiting, waitingCharacters, delivered, dropped }: AccessLog): Family[] {
  return [
    gauge("gateway_access_log_waiting_lines", "sum", "Lines that wait for their delivery.", waiting),
    gauge("gateway_access_log_waiting_characters", "sum", "Characters of these lines.", waitingCharacters),
    counter("gateway_access_log_lines_total", "What became of the lines of the access log.", [
      [{ outcome: "delivered" }, delivered],
      [{ outcome: "dropped" }, dropped],
    ]),
  ];
}

export function collectSpans({ waiting, delivered, dropped, unfollowed }: SpanQueue): Family[] {
  return [
    gauge("gateway_trace_waiting_spans", "sum", "Spans that wait for the collector.", waiting),
    counter("gateway_trace_spans_total", "What became of the spans.", [
      [{ outcome: "delivered" }, delivered],
      [{ outcome: "dropped" }, dropped],
    ]),
    counter(
      "gateway_trace_unfollowed_total",
      "Traces that callers began and that were too many to go on.",
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
