import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { before, type Test, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { PrometheusText } from "../prometheus-text.ts";
import { type StartedRole, startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
const count = "gateway_request_duration_seconds_count";
const unknown = { route: "_none", status: "404" };

before(async () => {
  platform = await StartedPlatform.start(network);
});

t.teardown(() => platform?.stop());

/** The kernel chooses the worker of a connection, so each request has a separate one. */
async function ask(gateway: StartedRole, path: string, withinMs = 60_000) {
  const response = await fetch(gateway.origin + path, {
    headers: { connection: "close" },
    signal: AbortSignal.timeout(withinMs),
  });
  return { status: response.status, text: await response.text() };
}

async function scrape(gateway: StartedRole): Promise<PrometheusText> {
  const { status, text } = await ask(gateway, "/metrics");
  assert.equal(status, 200, text);
  return PrometheusText.parse(text);
}

/** A connection that a killed worker had not accepted yet is reset; the scrape is retried. */
async function scrapeUntil(gateway: StartedRole, what: string, condition: (text: PrometheusText) => boolean) {
  let text: PrometheusText | undefined;
  await waitUntil(what, async () => {
    const response = await ask(gateway, "/metrics").catch(() => undefined);
    text = response?.status === 200 ? PrometheusText.parse(response.text) : undefined;
    return text !== undefined && condition(text);
  });
  return text!;
}

/** Requests without a route: any worker may count them. */
async function askUnknown(gateway: StartedRole, times: number): Promise<void> {
  for (let round = 0; round < times; round++) assert.equal((await ask(gateway, "/nowhere")).status, 404);
}

async function startWorkers(context: Test, host: string, workers: number) {
  const gateway = await startGateway(host, platform.testBed, {
    GATEWAY_WORKERS: String(workers),
    METRICS_PORT: "9464",
  });
  context.teardown(() => gateway.process.end("SIGTERM"));
  await scrapeUntil(
    gateway,
    "all respond",
    (text) =>
      text.value("gateway_workers", { state: "responding" }) === workers &&
      text.value("gateway_serving") === 1,
  );
  return gateway;
}

/** Workers in the order of their numbers. */
function readWorkers(gateway: StartedRole): number[] {
  const parent = String(gateway.process.child.pid);
  const children = readdirSync("/proc").filter((name) => {
    try {
      return readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]!.split(" ")[1] === parent;
    } catch {
      return false;
    }
  });
  const readNumber = (pid: string) =>
    Number(/GATEWAY_WORKER=(\d+)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1]);
  return children.sort((one, other) => readNumber(one) - readNumber(other)).map(Number);
}

function assertNothingLost(earlier: PrometheusText, later: PrometheusText): void {
  const counts = later.counts();
  for (const [sample, value] of earlier.counts())
    assert.ok((counts.get(sample) ?? -1) >= value, `${sample}: ${counts.get(sample)} after ${value}`);
}

test("a scrape of two workers has the requests of both, whichever serves it", async (context) => {
  const gateway = await startWorkers(context, `${network}.1.32`, 2);
  await askUnknown(gateway, 20);
  await scrapeUntil(gateway, "all are counted", (text) => text.find(count, unknown) === 20);
  for (let round = 0; round < 8; round++) {
    const text = await scrape(gateway);
    assert.equal(text.value(count, unknown), 20);
    assert.equal(
      text.value("gateway_errors_total", { code: "DMM_GATEWAY_ROUTE_UNKNOWN", route: "_none" }),
      20,
    );
    assert.equal(text.value("gateway_workers", { state: "responding" }), 2);
    assert.equal(text.value("gateway_workers", { state: "unresponsive" }), 0);
  }
  const text = await scrapeUntil(gateway, "both event loops are measured", (it) =>
    ["1", "2"].every((worker) => it.find("gateway_event_loop_delay_max_seconds", { worker }) !== undefined),
  );
  const own = await fetch(`${gateway.origin.replace("8080", "9464")}/metrics`);
  assert.equal(PrometheusText.parse(await own.text()).value(count, unknown), 20);
  // Three processes, each of which uses more than 25 MB.
  assert.ok(text.value("process_resident_memory_bytes") > 75_000_000);
  assert.equal(text.value("gateway_redis_ready"), 1);
  assert.equal(text.value("gateway_worker_restarts_total"), 0);
});

test("no counter decreases when a worker is killed, and the scrape reports the restart", async (context) => {
  const gateway = await startWorkers(context, `${network}.1.33`, 3);
  await askUnknown(gateway, 30);
  let earlier = await scrapeUntil(gateway, "all are counted", (text) => text.find(count, unknown) === 30);
  for (const round of [1, 2]) {
    process.kill(readWorkers(gateway)[0]!, "SIGKILL");
    const between = await scrapeUntil(
      gateway,
      "its end to be counted",
      (text) => text.value("gateway_worker_restarts_total") === round,
    );
    assertNothingLost(earlier, between);
    assert.equal(between.value(count, unknown), 30);
    const workers = (state: string) => between.value("gateway_workers", { state });
    assert.deepEqual([workers("responding") + workers("starting"), workers("unresponsive")], [3, 0]);
    earlier = await scrapeUntil(
      gateway,
      "another one responds",
      (text) => text.value("gateway_workers", { state: "responding" }) === 3,
    );
    assertNothingLost(between, earlier);
  }
  await askUnknown(gateway, 10);
  await scrapeUntil(gateway, "new ones are counted as well", (text) => text.find(count, unknown) === 40);
});

test("a worker that ends normally passes on what it has counted since the last scrape", async (context) => {
  const gateway = await startWorkers(context, `${network}.1.34`, 2);
  await askUnknown(gateway, 20);
  for (const worker of readWorkers(gateway)) process.kill(worker, "SIGTERM");
  const text = await scrapeUntil(
    gateway,
    "both have ended",
    (it) => it.value("gateway_worker_restarts_total") === 2,
  );
  assert.equal(text.value(count, unknown), 20);
});

test("a worker that does not respond delays a scrape by a second, is reported as unresponsive, and keeps its counters", async (context) => {
  const gateway = await startWorkers(context, `${network}.1.35`, 2);
  await askUnknown(gateway, 20);
  const earlier = await scrapeUntil(gateway, "all are counted", (text) => text.find(count, unknown) === 20);
  const [silent] = readWorkers(gateway);
  process.kill(silent!, "SIGSTOP");
  try {
    const began = performance.now();
    // The kernel continues to give it connections, including some of these.
    const scrapes = Array.from({ length: 12 }, () => ask(gateway, "/metrics", 30_000));
    context.teardown(() => Promise.allSettled(scrapes));
    const text = PrometheusText.parse((await Promise.any(scrapes)).text);
    assert.ok(performance.now() - began > 900);
    assert.equal(text.value("gateway_workers", { state: "unresponsive" }), 1);
    assert.equal(text.value("gateway_workers", { state: "responding" }), 1);
    assertNothingLost(earlier, text);
    assert.equal(text.find("gateway_event_loop_delay_max_seconds", { worker: "1" }), undefined);
  } finally {
    process.kill(silent!, "SIGCONT");
  }
  await scrapeUntil(
    gateway,
    "it responds again",
    (text) => text.value("gateway_workers", { state: "responding" }) === 2,
  );
});

test("the counters of one worker are not reported as the task's when the parent is gone", async (context) => {
  const gateway = await startWorkers(context, `${network}.1.36`, 2);
  gateway.process.child.kill("SIGSTOP");
  try {
    const { status, text } = await ask(gateway, "/metrics");
    assert.equal(status, 503);
    assert.match(text, /is unresponsive/);
  } finally {
    gateway.process.child.kill("SIGCONT");
  }
  await scrape(gateway);
});
