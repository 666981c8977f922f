import assert from "node:assert/strict";
import { test } from "tap";
import { parseWrk } from "../../bench/gateway/load/wrk.ts";
import { computeSlope } from "../../bench/gateway/memory.ts";
import { computeRatios } from "../../bench/gateway/ratios.ts";
import type { Turn } from "../../bench/gateway/rounds.ts";

const turn = (cpuMicroseconds: number): Turn => ({
  cpuMicroseconds,
  requestsPerSecond: 1,
  busy: 1,
  residentMiB: 1,
  requests: 1,
});

test("ratios are taken within a round, so that a noisy round distorts neither side", async () => {
  const ratios = computeRatios(
    new Map([
      ["own-token", [turn(40), turn(120), turn(42)]],
      ["haproxy-jwt-rs256", [turn(40), turn(100), turn(40)]],
      ["fastify-http-proxy", [turn(60), turn(150), turn(60)]],
    ]),
  );
  assert.deepEqual(
    ratios.map(({ ratio, median, reached }) => ({ ratio, median, reached })),
    [
      { ratio: "own-token / haproxy-jwt-rs256", median: 1.05, reached: true },
      { ratio: "own-token / fastify-http-proxy", median: 1.429, reached: true },
    ],
  );
});

test("a ratio outside its bounds is reported as such", async () => {
  const [ratio] = computeRatios(
    new Map([
      ["own-token", [turn(60)]],
      ["haproxy-jwt-rs256", [turn(40)]],
    ]),
  );
  assert.equal(ratio?.reached, false);
});

test("the output of wrk is parsed including failures", async () => {
  const output = `  Socket errors: connect 0, read 3, write 0, timeout 2
  12345 requests in 2.01s, 14.00MB read
  Non-2xx or 3xx responses: 7
Requests/sec:   6141.79`;
  assert.deepEqual(parseWrk(output), { requests: 12_345, seconds: 2.01, failed: 12 });
  assert.throws(() => parseWrk("unable to connect"), /no count/);
});

test("growing memory has a slope, fluctuating memory has none", async () => {
  const grow = [0, 1, 2, 3].map((step) => ({ requests: step * 100_000, residentMiB: 100 + step }));
  assert.equal(computeSlope(grow), 10);
  const swing = [100, 102, 100, 102, 100].map((residentMiB, step) => ({
    requests: step * 100_000,
    residentMiB,
  }));
  assert.equal(computeSlope(swing), 0);
});
