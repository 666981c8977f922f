import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { before, t, test } from "tap";
import type { ProbeOutcome } from "../../../gateway/upstreams/health-check.ts";
import { Upstreams } from "../../../gateway/upstreams/upstreams.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();
const otherNetwork = await reserveNetwork();

/** An API that returns its name, and whose health the test controls. */
class StartedApi {
  readonly origin: string;
  readonly server: Server;
  asked = 0;
  serveHealth: (response: ServerResponse) => void = (response) => response.end();

  constructor(host: string) {
    this.origin = `http://${host}:8080`;
    this.server = createServer((request, response) => {
      if (request.url !== "/health?deep=1") {
        response.end(host);
        return;
      }
      this.asked++;
      this.serveHealth(response);
    });
    this.server.listen(8080, host);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const fail = (response: ServerResponse) => response.writeHead(503).end();
const apis = [`${network}.3.1`, `${network}.3.2`].map((host) => new StartedApi(host));
const [well, other] = apis as [StartedApi, StartedApi];
const outcomes: ProbeOutcome[] = [];
const upstreams = new Upstreams((outcome) => outcomes.push(outcome));
let platform: StartedPlatform | undefined;

before(() => Promise.all(apis.map(({ server }) => once(server, "listening"))));

t.teardown(async () => {
  upstreams.close();
  for (const api of apis) api.stop();
  await platform?.stop();
});

function open(intervalMs: number) {
  return upstreams.resolve({
    name: "asked",
    connectLimitMs: 500,
    health: { path: "/health?deep=1", intervalMs },
    targets: apis.map(({ origin }) => ({ origin, weight: 1 })),
  });
}

const chosen = (choices: ReturnType<typeof open>) =>
  new Set(Array.from({ length: 50 }, () => choices.choose()?.origin));

test("an origin with a failing health check gets no requests until it succeeds twice", async () => {
  const choices = open(1000);
  assert.equal(chosen(choices).size, 2);
  other.serveHealth = fail;
  upstreams.serve([choices]);
  await waitUntil("the first result to count", () => outcomes.length === 1);
  assert.deepEqual(outcomes.pop(), {
    origin: other.origin,
    path: "/health?deep=1",
    healthy: false,
    reason: "The status was 503.",
  });
  assert.deepEqual([...chosen(choices)], [well.origin]);
  const before = other.asked;
  other.serveHealth = (response) => response.writeHead(204).end();
  await waitUntil("it is healthy again", () => outcomes.length === 1);
  assert.ok(other.asked >= before + 2);
  assert.equal(outcomes.pop()?.healthy, true);
  assert.equal(chosen(choices).size, 2);
});

for (const [what, respond, reason] of [
  ["says nothing", () => {}, /[Nn]o response within/],
  ["breaks off", (response: ServerResponse) => response.socket?.destroy(), /closed|reset|ECONNRESET/],
  [
    "never ends its response",
    (response: ServerResponse) => response.write("x".repeat(70_000)),
    /longer than/,
  ],
] as const)
  test(`an origin that ${what} is unhealthy`, async () => {
    const choices = open(1000);
    upstreams.serve([choices]);
    other.serveHealth = respond;
    await waitUntil("it is believed", () => outcomes.length === 1);
    assert.match(outcomes.pop()!.reason, reason);
    assert.deepEqual([...chosen(choices)], [well.origin]);
    other.serveHealth = (response) => response.end();
    await waitUntil("it is healthy again", () => outcomes.pop()?.healthy === true);
  });

test("all origins are tried if none is healthy, and unused ones are no longer checked", async () => {
  const choices = open(1000);
  upstreams.serve([choices]);
  for (const api of apis) api.serveHealth = fail;
  await waitUntil("both to be unhealthy", () => outcomes.length === 2);
  assert.equal(chosen(choices).size, 2);
  upstreams.serve([]);
  assert.equal([...upstreams.targets].length, 0);
  const asked = other.asked;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(other.asked, asked);
});

test("a gateway checks origins as its configuration says", async () => {
  platform = await StartedPlatform.start(otherNetwork);
  well.serveHealth = (response) => response.end();
  other.serveHealth = fail;
  await platform.addRoute("asked", { origins: apis.map(({ origin }) => origin) });
  await platform.testBed.database.query(
    "UPDATE upstreams SET health_path = '/health?deep=1', health_interval_ms = 500 WHERE name = 'asked'",
  );
  await platform.publish();
  const { gateway } = platform;
  await waitUntil("the log line", () => gateway.process.output.includes("upstream unhealthy"));
  for (let count = 0; count < 20; count++)
    assert.equal(await (await fetch(`${gateway.origin}/asked/x`)).text(), `${network}.3.1`);
});
