import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { before, t, test } from "tap";
import { operations } from "../../../local/elb/index.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { ask, createResource } from "../started-region.ts";
import { balancingOf } from "./resource-handlers.ts";
import { domain, type StartedTarget, startTarget, startTestBed, type TestBed } from "./test-bed.ts";

const block = await reserveNetwork();
let testBed: TestBed;
let target: StartedTarget;
let session: ClientHttp2Session;

before(async () => {
  testBed = await startTestBed(block);
  target = await startTarget(`${block}.1.10`);
  const { started, loadBalancer, targetGroup, certificateArn } = testBed;
  await createResource(started.region, balancingOf("Listener"), {
    loadBalancerArn: loadBalancer.id,
    port: 8443,
    protocol: "HTTPS",
    certificateArn,
    defaultActions: [{ type: "forward", targetGroupArn: targetGroup.id }],
  });
  await ask(started.region, operations, "elasticloadbalancing", {
    operation: "RegisterTargets",
    input: { TargetGroupArn: targetGroup.id, Targets: [{ Id: target.address, Port: target.port }] },
  });
  session = connect(`https://${loadBalancer.outputs.dnsName}:8443`, {
    ca: readFileSync(started.region.authorityFile, "utf8"),
    servername: domain,
  });
  await waitUntil("the target to be served", async () => (await send({})) === 200);
});
t.teardown(async () => {
  session?.destroy();
  await target?.[Symbol.asyncDispose]();
  await testBed?.[Symbol.asyncDispose]();
});

/** The status of a request over HTTP/2. */
function send(headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/", ":authority": domain, ...headers });
    stream.on("error", reject);
    stream.on("response", ({ ":status": status }) => resolve(Number(status)));
    stream.resume();
    stream.end();
  });
}

test("150 fields reach the target over HTTP/2", async () => {
  const fields = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}`, "1"]));
  assert.equal(await send(fields), 200);
  assert.equal(target.last?.rawHeaders.filter((name) => /^f\d+$/.test(name)).length, 150);
});

test("a field above 16 KiB is 400 over HTTP/2, and one below reaches the target", async () => {
  assert.equal(await send({ "x-long": "v".repeat(16_400) }), 400);
  assert.equal(await send({ "x-long": "v".repeat(12_000) }), 200);
});

test("a request line above 16 KiB is 414 over HTTP/2", async () => {
  assert.equal(await send({ ":path": `/${"p".repeat(16_400)}` }), 414);
});

test("a header section that fits no buffer ends its own stream over HTTP/2 and no other", async () => {
  const fields = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [`x-long-${index}`, "v".repeat(14_000)]),
  );
  await assert.rejects(send(fields));
  assert.equal(await send({}), 200);
});
