import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { operations } from "../../../local/elb/index.ts";
import { balancingOf } from "../../local/elb/resource-handlers.ts";
import { startTestBed, type TestBed } from "../../local/elb/test-bed.ts";
import { ask, createResource } from "../../local/started-region.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { OpenClient } from "../open-client.ts";
import { issueToken } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";
import { forwardingRows } from "./conformance/forwarding.ts";
import type { ConformanceRow } from "./conformance/row.ts";
import { sharingRows } from "./conformance/sharing.ts";
import { syntaxRows } from "./conformance/syntax.ts";
import { targetRows } from "./conformance/targets.ts";
import { upgradeRows } from "./conformance/upgrades.ts";
import { versionRows } from "./conformance/versions.ts";
import { RecordingUpstream } from "./recording-upstream.ts";

const block = await reserveNetwork();
const shared = { origins: ["https://app.test"], exposedHeaders: ["etag"], credentials: true };
let platform: StartedPlatform;
let upstream: RecordingUpstream;
let testBed: TestBed;
let token: string;
let balancer: string;

before(async () => {
  platform = await StartedPlatform.start(block);
  upstream = await RecordingUpstream.start(`${block}.1.21`);
  await platform.addRoute("c", { origins: [upstream.origin] });
  await platform.addRoute("p", { origins: [upstream.origin], public: false });
  await platform.addRoute("o", { origins: [upstream.origin], columns: { host: "orders.api.test" } });
  await platform.addRoute("x", {
    origins: [upstream.origin],
    public: false,
    columns: { cors: JSON.stringify(shared) },
  });
  await platform.addRoute("y", {
    origins: [upstream.origin],
    columns: { cors: JSON.stringify({ origins: ["*"] }) },
  });
  await platform.addRoute("loop", { origins: [platform.gateway.origin] });
  token = await issueToken(platform.gateway);
  testBed = await startTestBed(block);
  balancer = await serveThroughBalancer(testBed);
});

t.teardown(async () => {
  await testBed?.[Symbol.asyncDispose]();
  await Promise.all([upstream?.stop(), platform?.stop()]);
});

/** Puts the gateway behind a load balancer, and returns its origin. */
async function serveThroughBalancer({ started, loadBalancer, targetGroup }: TestBed): Promise<string> {
  await createResource(started.region, balancingOf("Listener"), {
    loadBalancerArn: loadBalancer.id,
    port: 8443,
    protocol: "HTTP",
    defaultActions: [{ type: "forward", targetGroupArn: targetGroup.id }],
  });
  await ask(started.region, operations, "elasticloadbalancing", {
    operation: "RegisterTargets",
    input: { TargetGroupArn: targetGroup.id, Targets: [{ Id: `${block}.1.30`, Port: 8080 }] },
  });
  const origin = `http://${loadBalancer.outputs.dnsName}:8443`;
  await waitUntil("the gateway is served", async () => {
    const response = await fetch(`${origin}/c/served`).catch(() => undefined);
    await response?.arrayBuffer();
    return response?.status === 200;
  });
  return origin;
}

/** Idle time after which a connection counts as finished, in milliseconds. */
const quietMs = 300;

/** Sends a row's packets, each after the previous one was read, and waits until nothing more arrives. */
async function send(origin: string, { sent }: ConformanceRow): Promise<OpenClient> {
  const client = new OpenClient(origin);
  for (const packet of sent) {
    if (packet !== sent[0]) await untilQuiet(client);
    if (client.socket.writable) client.send(packet.replaceAll("TOKEN", token));
  }
  await untilQuiet(client, 10_000);
  client.leave();
  return client;
}

/** Resolves once the connection has ended, or has been idle after some data. */
async function untilQuiet(client: OpenClient, withinMs = quietMs): Promise<void> {
  let length = -1;
  let since = Date.now();
  const until = Date.now() + withinMs;
  await waitUntil(
    "the connection to be idle",
    () => {
      if (client.text.length !== length) since = Date.now();
      length = client.text.length;
      const spoke = length > 0 && Date.now() - since >= quietMs;
      return client.ended || client.closed || spoke || Date.now() >= until;
    },
    withinMs + 5000,
  );
}

function verify(row: ConformanceRow, client: OpenClient, statuses: readonly number[]): void {
  assert.deepEqual(client.statuses, statuses, client.text.slice(0, 500));
  // Requests that a balancer refuses never reach the gateway, and get the balancer's own response.
  if (statuses !== row.statuses) {
    assert.equal(upstream.requests.length, statuses.filter((status) => status === 200).length);
    return;
  }
  assert.deepEqual(
    upstream.requests.map(({ line }) => line),
    row.forwarded ?? [],
  );
  const [first] = upstream.requests;
  for (const field of row.fields ?? []) assert.ok(first!.fields.includes(field), first!.fields.join("\n"));
  if (row.body !== undefined) assert.equal(first!.body, row.body);
  if (row.response !== undefined) assert.match(client.text, row.response);
}

const rows = {
  ...upgradeRows,
  ...versionRows,
  ...syntaxRows,
  ...targetRows,
  ...forwardingRows,
  ...sharingRows,
};

for (const [claim, row] of Object.entries(rows)) {
  test(`${claim} (${row.source})`, async () => {
    upstream.requests.length = 0;
    verify(row, await send(platform.gateway.origin, row), row.statuses);
  });
  if (row.direct !== true)
    test(`through the load balancer: ${claim} (${row.source})`, async () => {
      upstream.requests.length = 0;
      verify(row, await send(balancer, row), row.balanced ?? row.statuses);
    });
}

test("no token is in the gateway's log", async () => {
  assert.ok(!platform.gateway.process.output.includes(token));
});
