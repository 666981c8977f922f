import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { PrometheusText } from "../prometheus-text.ts";
import { issueToken, type StartedRole, startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let gateway: StartedRole;
/** Never responds. */
let mute: Server;
const odd = 'odd "route" \\ of\ntwo lines';

before(async () => {
  mute = createServer(() => {});
  mute.listen(8080, `${network}.1.21`);
  await once(mute, "listening");
  platform = await StartedPlatform.start(network);
  gateway = platform.gateway;
  await platform.addRoute("mute", { origins: [`http://${network}.1.21:8080`] });
  await platform.addRoute("gone", { origins: [`http://${network}.1.98:9`], columns: { retries: 1 } });
  await platform.addRoute(odd, {
    origins: [platform.stub.origin],
    columns: { path: "/odd/*", rewrite_prefix: "/verify" },
  });
});

t.teardown(async () => {
  mute?.closeAllConnections();
  mute?.close();
  await platform?.stop();
});

async function scrape(): Promise<PrometheusText> {
  const response = await fetch(`${gateway.origin}/metrics`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return PrometheusText.parse(await response.text());
}

/** A request is counted when its response has ended, which its client may see slightly earlier. */
async function scrapeUntil(what: string, condition: (text: PrometheusText) => boolean) {
  let text = await scrape();
  await waitUntil(what, async () => {
    text = await scrape();
    return condition(text);
  });
  return text;
}

async function ask(path: string): Promise<number> {
  const response = await fetch(gateway.origin + path);
  await response.arrayBuffer();
  return response.status;
}

test("rate, errors and duration are reported by route, for any route name", async () => {
  for (let round = 0; round < 3; round++) assert.equal(await ask("/odd/echo"), 200);
  assert.equal(await ask("/nowhere"), 404);
  assert.equal(await ask("/gone/x"), 502);
  await issueToken(gateway);
  const name = "gateway_request_duration_seconds_count";
  const text = await scrapeUntil(
    "all are counted",
    (it) =>
      it.find(name, { route: odd, status: "200" }) === 3 &&
      it.find(name, { route: "gone", status: "502" }) === 1,
  );
  assert.equal(text.value(name, { route: "_oauth2", status: "200" }), 1);
  assert.equal(text.value(name, { route: "_none", status: "404" }), 1);
  assert.equal(text.value("gateway_errors_total", { code: "DMM_GATEWAY_ROUTE_UNKNOWN", route: "_none" }), 1);
  assert.equal(text.value("gateway_errors_total", { code: "DMM_GATEWAY_UPSTREAM_FAILED", route: "gone" }), 1);
  assert.equal(text.value("gateway_upstream_retries_total", { route: "gone" }), 1);
  assert.ok(text.value("gateway_forwarded_bytes_total", { route: odd }) > 0);
  const seconds = text.value("gateway_request_duration_seconds_sum", { route: odd, status: "200" });
  assert.ok(seconds > 0 && seconds < 10, `${seconds} s`);
});

test("a client that disconnects before its response is counted separately", async () => {
  await assert.rejects(fetch(`${gateway.origin}/mute/x`, { signal: AbortSignal.timeout(200) }));
  const text = await scrapeUntil(
    "it is counted",
    (it) => it.find("gateway_request_duration_seconds_count", { route: "mute", status: "0" }) === 1,
  );
  assert.equal(
    text.find("gateway_request_duration_seconds_count", { route: "mute", status: "200" }),
    undefined,
  );
});

test("pools report running, idle and waiting", async () => {
  const origin = `http://${network}.1.21:8080`;
  const leaving = new AbortController();
  const waiting = fetch(`${gateway.origin}/mute/x`, { signal: leaving.signal });
  const text = await scrapeUntil(
    "it runs",
    (it) => it.find("gateway_upstream_requests_in_flight", { origin }) === 1,
  );
  assert.equal(text.value("gateway_requests_in_flight"), 1);
  // The pending one, and the scrape's own.
  assert.ok(text.value("gateway_connections_open") >= 2);
  assert.equal(text.value("gateway_upstream_connections", { origin, state: "busy" }), 1);
  assert.equal(text.value("gateway_upstream_healthy", { origin }), 1);
  leaving.abort();
  await assert.rejects(waiting);
  // Its connection is idle for some seconds after that.
  assert.equal(await ask("/odd/echo"), 200);
  const stub = { origin: platform.stub.origin, state: "idle" };
  const writer = { endpoint: "writer", state: "idle" };
  const idle = await scrapeUntil(
    "all has ended",
    (it) =>
      it.find("gateway_requests_in_flight") === 0 &&
      it.value("gateway_upstream_connections", stub) >= 1 &&
      it.value("gateway_database_connections", writer) >= 1,
  );
  assert.equal(idle.value("gateway_upstream_requests_in_flight", { origin }), 0);
  assert.equal(idle.value("gateway_database_queries_waiting", { endpoint: "writer" }), 0);
  assert.equal(idle.value("gateway_database_queries_waiting", { endpoint: "reader" }), 0);
});

test("queues to Redis and Firehose report pending and lost items", async () => {
  const { redis } = platform.testBed;
  const primary = `${redis.host}:${redis.port}`;
  const token = await issueToken(gateway);
  const text = await scrape();
  assert.equal(text.value("gateway_redis_primary_ready", { primary }), 1);
  assert.equal(text.value("gateway_redis_commands_in_flight", { primary }), 0);
  assert.equal(text.value("gateway_redis_commands_failed_total"), 0);
  assert.equal(text.value("gateway_access_log_queue_lines"), 0);
  assert.equal(text.value("gateway_access_log_lines_total", { outcome: "dropped" }), 0);
  const [node] = redis.nodes;
  node!.process.child.kill("SIGSTOP");
  try {
    const lost = fetch(`${gateway.origin}/verify/echo`, { headers: { authorization: `Bearer ${token}` } });
    await scrapeUntil("it waits", (it) => it.value("gateway_redis_commands_in_flight", { primary }) === 1);
    assert.equal((await lost).status, 503);
    const silent = await scrape();
    assert.equal(silent.value("gateway_redis_commands_failed_total"), 1);
    assert.equal(silent.value("gateway_redis_ready"), 0);
    assert.equal(silent.value("gateway_redis_primary_ready", { primary }), 0);
  } finally {
    node!.process.child.kill("SIGCONT");
  }
  await scrapeUntil("it responds again", (it) => it.value("gateway_redis_ready") === 1);
});

test("the event loop delay is reported from the second scrape on, and is zero when idle", async () => {
  const worker = { worker: "1" };
  const text = await scrapeUntil(
    "it was measured",
    (it) => it.find("gateway_event_loop_delay_p50_seconds", worker) !== undefined,
  );
  const [p50, p99, max] = ["p50", "p99", "max"].map((part) =>
    text.value(`gateway_event_loop_delay_${part}_seconds`, worker),
  );
  assert.ok(p50! < 0.015, "the timer's own interval is in it");
  assert.ok(p50! <= p99! && p99! <= max!);
  assert.ok(text.value("gateway_event_loop_seconds_total", { ...worker, state: "idle" }) > 0);
});

test("a task reports its workers, its processes, its version", async () => {
  const text = await scrape();
  for (const [state, count] of Object.entries({ responding: 1, unresponsive: 0, starting: 0 }))
    assert.equal(text.value("gateway_workers", { state }), count);
  assert.equal(text.value("gateway_worker_restarts_total"), 0);
  assert.equal(text.value("gateway_serving"), 1);
  assert.ok(text.value("gateway_configuration_version") >= 4);
  assert.ok(text.value("process_cpu_seconds_total") > 0);
  assert.ok(text.value("process_resident_memory_bytes") > 10_000_000);
  const age = Date.now() / 1000 - text.value("process_start_time_seconds");
  assert.ok(age > 0 && age < 120, `${age} s`);
  assert.equal(text.family("gateway_request_duration_seconds").type, "histogram");
});

test("metrics are served to GET and HEAD for clients that are not behind the balancer", async () => {
  const url = `${gateway.origin}/metrics`;
  const head = await fetch(url, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.ok(Number(head.headers.get("content-length")) > 1000);
  assert.equal((await fetch(url, { method: "POST" })).status, 404);
  const outside = await fetch(url, { headers: { "x-forwarded-for": "10.0.0.7" } });
  assert.equal(outside.status, 404);
});

test("a separate port serves the metrics only", async (context) => {
  const own = await startGateway(`${network}.1.31`, platform.testBed, { METRICS_PORT: "9464" });
  context.teardown(() => own.process.end());
  const url = `http://${network}.1.31:9464`;
  const response = await fetch(`${url}/metrics`, { headers: { "x-forwarded-for": "10.0.0.7" } });
  assert.equal(PrometheusText.parse(await response.text()).value("gateway_serving"), 1);
  for (const path of ["/", "/health/ready", "/verify/echo", "/metrics/", "/oauth2/token"])
    assert.equal((await fetch(url + path)).status, 404, path);
  assert.equal((await fetch(`${url}/metrics`, { method: "POST", body: "x" })).status, 405);
});

test("an invalid metrics port, or the APIs' port, is refused", async () => {
  for (const METRICS_PORT of ["0", "65536", "metrics", "8080"])
    for (const GATEWAY_WORKERS of ["1", "2"])
      await assert.rejects(
        startGateway(`${network}.1.32`, platform.testBed, { METRICS_PORT, GATEWAY_WORKERS }),
        /METRICS_PORT is/,
        `${METRICS_PORT} of ${GATEWAY_WORKERS}`,
      );
});

test("the documentation has every metric with its kind and its labels, and no other", async (context) => {
  const traced = await startGateway(`${network}.1.33`, platform.testBed, {
    OTEL_TRACES_EXPORTER: "otlp",
  });
  context.teardown(() => traced.process.end());
  const response = await fetch(`${traced.origin}/nowhere`);
  await response.arrayBuffer();
  let told: string[][] = [];
  await waitUntil("all to be delivered", async () => {
    const text = await (await fetch(`${traced.origin}/metrics`)).text();
    told = [...PrometheusText.parse(text).families].map(([name, { type, samples }]) => {
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      labels.delete("le");
      return [name, type, [...labels].join(", ")];
    });
    return text.includes("event_loop_delay") && text.includes("gateway_errors_total");
  });
  const path = join(import.meta.dirname, "..", "..", "..", "docs", "metrics.md");
  const rows = readFileSync(path, "utf8").matchAll(
    /^\| `([a-z0-9_]+)` +\| (counter|gauge|histogram) +\| (.*?) *\|/gm,
  );
  const sort = (list: Iterable<string[]>) => [...list].map((cells) => cells.join(" | ")).sort();
  assert.deepEqual(sort([...rows].map(([, ...cells]) => cells as string[])), sort(told));
});
