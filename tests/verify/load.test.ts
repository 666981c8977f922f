import assert from "node:assert/strict";
import { createServer } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "tap";
import { startLoad } from "../../verify/load/generator.ts";
import { drawTimeline, measureOutage } from "../../verify/load/outage.ts";
import { planLoad, type WorkerPlan } from "../../verify/load/plan.ts";
import { findDeliveryProblem, type LoadReport } from "../../verify/load/response.ts";
import { reserveNetwork } from "../loopback.ts";
import { createAuthority } from "./platform/authority.ts";
import { listen } from "./platform/ingress.ts";
import { startPlatform } from "./platform/platform.ts";

const network = await reserveNetwork();

const shape = { label: "any", method: "GET", path: "/", headers: {} };
const host = `${network}.0.10`;

async function runAgainst(
  respond: (count: number) => number | undefined,
  plan: Partial<WorkerPlan>,
): Promise<LoadReport> {
  const authority = await createAuthority("load");
  const notAfter = new Date(Date.now() + 3_600_000);
  const identity = await authority.issue({ subject: "load server", notAfter, names: ["load.test"] });
  let count = 0;
  const server = createServer({ cert: identity.certificate, key: identity.key }, (_request, response) => {
    count += 1;
    const waitMs = respond(count);
    if (waitMs === undefined) response.destroy();
    else setTimeout(() => response.end("ok"), waitMs).unref();
  });
  const port = await listen(server, host);
  try {
    const load = await startLoad({
      requests: [shape],
      arrivalsPerSecond: 200,
      longestMs: 500,
      timeoutMs: 2_000,
      inFlight: 300,
      host,
      port,
      url: "https://load.test",
      authority: authority.certificate,
      certificate: identity.certificate,
      key: identity.key,
      ...plan,
    });
    await delay(plan.longestMs ?? 500);
    return await load.stop();
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("arrivals follow the plan while every response is slower than the interval", async () => {
  const report = await runAgainst(() => 300, {});
  assert.ok(Math.abs(report.planned - 100) <= 2, `${report.planned} were planned`);
  assert.equal(report.sent, report.planned);
  assert.equal(report.responses.length, report.sent);
  assert.ok(report.response.p50 >= 300, `p50 is ${report.response.p50}`);
});

test("a request is sent when it is due, not when the next one is", async () => {
  const report = await runAgainst(() => 0, { arrivalsPerSecond: 20 });
  assert.equal(report.planned, 10);
  // 50 ms separate two requests; half of that is far above the median delay of a busy machine.
  assert.ok(report.lateness.p50 < 25, `p50 of the lateness is ${report.lateness.p50} ms`);
});

test("a stall is charged to every request that it delayed, from the time it was due", async () => {
  const stallMs = 250;
  let stalledUntil = 0;
  const respond = (count: number): number => {
    if (count === 1) stalledUntil = Date.now() + stallMs;
    return Math.max(0, stalledUntil - Date.now());
  };
  const report = await runAgainst(respond, { arrivalsPerSecond: 100 });
  const slow = report.responses.filter((responded) => responded.responseMs >= stallMs / 5);
  // Of some 25 requests due during the stall four fifths waited longer than a fifth of it.
  assert.ok(slow.length >= 15, `${slow.length} requests felt the stall`);
  assert.ok(report.responses.every((responded) => responded.responseMs >= responded.lateMs));
});

test("a request over the limit is counted as unsent, and such a load proves nothing", async () => {
  const report = await runAgainst(() => 400, { inFlight: 5 });
  assert.ok(report.unsent > 0);
  assert.equal(report.sent + report.unsent, report.planned);
  assert.match(findDeliveryProblem(report) ?? "", /only \d+ of \d+/);
});

test("every request ends exactly once: completed, reset or timed out", async () => {
  const report = await runAgainst((count) => (count % 3 === 0 ? undefined : count % 3 === 1 ? 0 : 60_000), {
    timeoutMs: 3_000,
  });
  assert.equal(report.responses.length, report.sent);
  const kinds = new Set(
    report.responses.map((response) => (response.status === 0 ? response.error : "responded")),
  );
  assert.ok(kinds.has("responded") && kinds.has("TIMEOUT") && kinds.size >= 3, [...kinds].join(", "));
});

test("a late generator makes a load prove nothing", async () => {
  const figures = { p50: 1, p95: 2, p99: 300, max: 400, count: 100 };
  const report = {
    planned: 100,
    sent: 100,
    unsent: 0,
    responses: [],
    response: figures,
    lateness: figures,
    durationMs: 1_000,
  };
  assert.match(findDeliveryProblem(report) ?? "", /300 ms late/);
});

test("locally the load goes to loopback addresses only", async () => {
  await using platform = await startPlatform();
  const { target } = platform;
  const plan = { requests: [shape], arrivalsPerSecond: 10, longestMs: 100, timeoutMs: 100, inFlight: 10 };
  for (const host of [
    "192.0.2.1",
    "127.0.0.1.example.com",
    "127.0.0.999",
    "127.0.0.010",
    "127.0.1",
    "localhost",
  ]) {
    const elsewhere = { ...target, ingress: { ...target.ingress, connect: { host, port: 443 } } };
    assert.throws(() => planLoad(elsewhere, plan), { code: "DMM_VERIFY_NOT_LOOPBACK" }, host);
  }
});

test("an outage is measured from the fault to the end of the last failed request", async () => {
  const respondAt = (dueAt: number, status: number, responseMs = 10) => ({
    label: "any",
    dueAt,
    lateMs: 0,
    responseMs,
    status,
  });
  const responses = [
    respondAt(900, 200),
    respondAt(1_100, 503),
    respondAt(1_200, 502, 50),
    respondAt(1_300, 200),
  ];
  const isGood = (response: { readonly status: number }) => response.status === 200;
  assert.deepEqual(measureOutage(responses, 1_000, isGood), {
    requests: 4,
    failed: 2,
    kinds: { "502": 1, "503": 1 },
    impactAfterMs: 100,
    overAfterMs: 250,
    lastedMs: 150,
  });
  const timeline = drawTimeline(responses, 1_000, isGood, 200);
  assert.deepEqual(
    timeline.slices.map(({ good, failed }) => [good, failed]),
    [
      [1, 0],
      [0, 2],
      [1, 0],
    ],
  );
});
