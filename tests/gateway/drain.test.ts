import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { before, t, test } from "tap";
import { reserveNetwork } from "../loopback.ts";
import { waitUntil } from "../wait-until.ts";
import { issueToken, type StartedRole, startGateway } from "./started-gateway.ts";
import { StartedPlatform } from "./started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let token: string;
let next = 60;

before(async () => {
  platform = await StartedPlatform.start(network);
  token = await issueToken(platform.gateway);
  await platform.addRoute("long", {
    origins: [platform.stub.origin],
    public: true,
    columns: { rewrite_prefix: "/verify", first_byte_limit_ms: 30_000 },
  });
});

t.teardown(() => platform?.stop());

function start(environment: Record<string, string> = {}): Promise<StartedRole> {
  return startGateway(`${network}.1.${next++}`, platform.testBed, environment);
}

/** Waits until the gateway counts this many unfinished API requests. */
async function waitUntilRunning(gateway: StartedRole, count: number): Promise<void> {
  await waitUntil(`${count} requests run`, async () => {
    const text = await (await fetch(`${gateway.origin}/metrics`)).text();
    return Number(/^gateway_requests_in_flight (\d+)/m.exec(text)?.[1]) >= count;
  });
}

test("a draining gateway is not ready, finishes requests in flight, and ends with 0", async () => {
  const gateway = await start();
  const running = fetch(`${gateway.origin}/long/slow?ms=1500`);
  const streaming = fetch(`${gateway.origin}/long/stream?chunks=30&everyMs=50`).then((response) =>
    response.text(),
  );
  await waitUntilRunning(gateway, 2);
  const ended = gateway.process.end("SIGTERM");
  await waitUntil("it says that it is not ready", async () => {
    const response = await fetch(`${gateway.origin}/health/ready`, { headers: { connection: "close" } });
    return response.status === 503;
  });
  const late = await fetch(`${gateway.origin}/verify/echo`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(late.status, 200);
  assert.equal(late.headers.get("connection"), "close");
  await late.arrayBuffer();
  assert.equal((await running).status, 200);
  assert.equal((await streaming).length, 30 * 64);
  assert.equal(await ended, 0);
});

test("idle connections do not delay a draining gateway", async () => {
  const gateway = await start({ DRAIN_SECONDS: "60" });
  const { hostname, port } = new URL(gateway.origin);
  const idle = connect({ host: hostname, port: Number(port) });
  await once(idle, "connect");
  const began = performance.now();
  assert.equal(await gateway.process.end("SIGTERM"), 0);
  assert.ok(performance.now() - began < 30_000, `${performance.now() - began} ms`);
  idle.destroy();
});

test("a request that exceeds the drain time is cut, and the process still ends", async () => {
  const gateway = await start({ DRAIN_SECONDS: "1" });
  const running = fetch(`${gateway.origin}/long/slow?ms=20000`).then(
    () => "responded",
    () => "cut",
  );
  await waitUntilRunning(gateway, 1);
  const began = performance.now();
  assert.equal(await gateway.process.end("SIGTERM"), 0);
  assert.equal(await running, "cut");
  assert.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`);
});

test("a second signal ends the process immediately", async () => {
  const gateway = await start();
  const running = fetch(`${gateway.origin}/long/slow?ms=20000`).catch(() => {});
  await waitUntilRunning(gateway, 1);
  gateway.process.child.kill("SIGTERM");
  await waitUntil("it drains", () => gateway.process.output.includes("draining"));
  const began = performance.now();
  assert.equal(await gateway.process.end("SIGTERM"), 1);
  assert.ok(performance.now() - began < 15_000, "it did not wait for the request");
  await running;
});

test("all missing settings are reported, and nothing is started", async () => {
  const { StartedProcess } = await import("./started-process.ts");
  const { resolve } = await import("node:path");
  const main = resolve(import.meta.dirname, "../../gateway/main.ts");
  const started = new StartedProcess(process.execPath, [main, "gateway"], {
    PORT: "0",
    HOST: `${network}.1.99`,
  });
  await waitUntil("it ends", () => started.exited);
  assert.equal(started.child.exitCode, 2);
  for (const name of ["PORT", "DATABASE_HOST", "DATABASE_PASSWORD", "REDIS_HOST", "ISSUER", "UPSTREAM_URL"])
    assert.match(started.output, new RegExp(name));
});
