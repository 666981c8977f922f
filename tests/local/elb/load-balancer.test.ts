import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import { connect } from "node:tls";
import { gunzipSync } from "node:zlib";
import { before, t, test } from "tap";
import { findBalancer } from "../../../local/elb/balancer-registry.ts";
import { operations } from "../../../local/elb/index.ts";
import type { Resource } from "../../../local/resource.ts";
import { objectsOf } from "../../../local/s3/objects.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { ask, createResource, listenersOf, processesIn } from "../started-region.ts";
import { createInsiders, type Insiders } from "./insiders.ts";
import { balancingOf } from "./resource-handlers.ts";
import {
  type AskOptions,
  askIngress,
  createTargetGroup,
  domain,
  ingressPort,
  openTo,
  type StartedTarget,
  startTarget,
  startTestBed,
  type TestBed,
} from "./test-bed.ts";

const network = await reserveNetwork();

const block = await reserveNetwork();
let testBed: TestBed;
let insiders: Insiders;
let insider: { certificate: string; key: string };
let authority: string;
let trustStore: Resource;
let listener: Resource;
let rule: Resource;
let adminGroup: Resource;
const targets: StartedTarget[] = [];

function upload(key: string, body: string): void {
  objectsOf(testBed.started.region).write("t-access", key, { body: Buffer.from(body) });
}

const elb = (operation: string, input: Record<string, unknown>) =>
  ask(testBed.started.region, operations, "elasticloadbalancing", { operation, input });

const enter = (options: AskOptions = {}, as: typeof insider | undefined = insider) =>
  askIngress(testBed, authority, as, options);

async function healthOf(group: Resource): Promise<readonly string[]> {
  const response = await elb("DescribeTargetHealth", { TargetGroupArn: group.id });
  const { member } = response.TargetHealthDescriptions as { member: { TargetHealth: { State: string } }[] };
  return member.map(({ TargetHealth }) => TargetHealth.State);
}

before(async () => {
  testBed = await startTestBed(block);
  const { started } = testBed;
  authority = readFileSync(started.region.authorityFile, "utf8");
  insiders = await createInsiders();
  insider = await insiders.issue("ann", "0a11");
  upload("authority.pem", insiders.authority);
  upload("revoked-0.crl", await insiders.revoke([]));
  trustStore = await createResource(started.region, balancingOf("TrustStore"), {
    name: "t-insiders",
    caCertificatesBundleS3Bucket: "t-access",
    caCertificatesBundleS3Key: "authority.pem",
  });
  await createResource(started.region, balancingOf("TrustStoreRevocation"), {
    trustStoreArn: trustStore.id,
    revocationsS3Bucket: "t-access",
    revocationsS3Key: "revoked-0.crl",
  });
  adminGroup = await createTargetGroup(started, "t-admin");
  listener = await createResource(started.region, balancingOf("Listener"), {
    loadBalancerArn: testBed.loadBalancer.id,
    port: ingressPort,
    protocol: "HTTPS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    certificateArn: testBed.certificateArn,
    mutualAuthentication: {
      mode: "verify",
      trustStoreArn: trustStore.id,
      ignoreClientCertificateExpiry: false,
    },
    defaultActions: [{ type: "forward", targetGroupArn: testBed.targetGroup.id }],
  });
  rule = await createResource(started.region, balancingOf("ListenerRule"), {
    listenerArn: listener.id,
    priority: 10,
    conditions: [{ hostHeader: { values: [`admin.${domain}`] } }],
    actions: [{ type: "forward", targetGroupArn: adminGroup.id }],
  });
});
t.teardown(async () => {
  for (const target of targets) await target[Symbol.asyncDispose]();
  await testBed[Symbol.asyncDispose]();
});

test("a group without targets returns 503", async () => {
  assert.equal((await enter()).status, 503);
});

test("a registered target serves after its first healthy response", async () => {
  targets.push(await startTarget(`${block}.1.10`), await startTarget(`${block}.2.10`));
  for (const target of targets) {
    await elb("RegisterTargets", {
      TargetGroupArn: testBed.targetGroup.id,
      Targets: [{ Id: target.address, Port: 8080 }],
    });
  }
  await waitUntil(
    "both targets to be healthy",
    async () => (await healthOf(testBed.targetGroup)).join() === "healthy,healthy",
  );
  const seen = new Set<string>();
  for (let asked = 0; asked < 10; asked += 1) seen.add((await enter()).text);
  assert.deepEqual(
    [...seen].sort(),
    targets.map(({ address }) => address),
  );
});

test("a target receives the client's identity, and forged fields are dropped", async () => {
  await enter({
    headers: {
      "x-amzn-mtls-clientcert-subject": "CN=root",
      "x-amzn-mtls-clientcert-leaf": "forged",
      "x-forwarded-proto": "http",
      x_invalid: "dropped",
    },
  });
  const { headers } = targets
    .map(({ last }) => last)
    .find((last) => last?.headers["x-amzn-mtls-clientcert-subject"])!;
  assert.equal(headers["x-amzn-mtls-clientcert-subject"], "CN=ann");
  assert.equal(headers["x-amzn-mtls-clientcert-issuer"], "CN=insiders");
  assert.equal(headers["x-amzn-mtls-clientcert-serial-number"], "0A11");
  assert.match(
    String(headers["x-amzn-mtls-clientcert-validity"]),
    /^NotBefore=\d{4}-\d\d-\d\dT[\d:]{8}Z;NotAfter=\d{4}-/,
  );
  const leaf = decodeURIComponent(String(headers["x-amzn-mtls-clientcert-leaf"]));
  assert.equal(leaf.replace(/\s/g, ""), insider.certificate.replace(/\s/g, ""));
  assert.equal(headers["x-forwarded-proto"], "https");
  assert.equal(headers["x-forwarded-port"], "8443");
  assert.equal(headers["x-forwarded-for"], "127.0.0.1");
  assert.match(String(headers["x-amzn-trace-id"]), /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/i);
  assert.equal(headers.x_invalid, undefined);
});

test("a body in the same packet as its header section leaves room for added fields", async () => {
  // A long name is in the subject, and in the certificate a second time.
  const longNamed = await insiders.issue("ann".repeat(200), "0a12");
  for (const bytes of [1_000, 14_000, 16_384, 40_000, 400_000]) {
    const options = { method: "POST", body: "x".repeat(bytes), headers: { "content-length": `${bytes}` } };
    assert.equal((await enter(options, longNamed)).status, 200, `${bytes} bytes`);
  }
});

test("without a certificate, or with one of another authority, access is refused", async () => {
  await assert.rejects(askIngress(testBed, authority, undefined));
  const otherInsider = await (await createInsiders("others")).issue("ann", "0a11");
  await assert.rejects(enter({}, otherInsider));
});

test("only networks that the security group names may connect, and a new rule applies immediately", async () => {
  await assert.rejects(enter({ from: `${network}.0.1` }));
  openTo(testBed.started, `${network}.0.0/24`, "sgr-2");
  await waitUntil("the new network to get in", () =>
    enter({ from: `${network}.0.1` }).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  testBed.started.region.resources.remove(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "sgr-2",
  );
  await waitUntil("the network to be out again", () =>
    enter({ from: `${network}.0.1` }).then(
      () => false,
      () => true,
    ),
  );
});

test("no session is resumed and nothing below TLS 1.2 is accepted", async () => {
  const options = {
    host: String(testBed.loadBalancer.outputs.dnsName),
    port: ingressPort,
    servername: domain,
    ca: authority,
    cert: insider.certificate,
    key: insider.key,
  };
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const reused: boolean[] = [];
    let session: Buffer | undefined;
    for (let turn = 0; turn < 2; turn += 1) {
      const socket = connect({
        ...options,
        minVersion: version,
        maxVersion: version,
        ...(session && { session }),
      });
      socket.on("session", (given) => {
        session = given;
      });
      await new Promise<void>((resolve, reject) => {
        socket.on("error", reject);
        socket.on("secureConnect", () => {
          reused.push(socket.isSessionReused());
          socket.write(`GET / HTTP/1.1\r\nhost: ${domain}\r\nconnection: close\r\n\r\n`);
        });
        socket.on("close", () => resolve());
        socket.resume();
      });
    }
    assert.deepEqual(reused, [false, false]);
  }
  const old = connect({ ...options, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" });
  await assert.rejects(
    new Promise((resolve, reject) => old.on("error", reject).on("secureConnect", resolve)),
  );
});

test("a host's rule uses its own target group", async () => {
  const target = await startTarget(`${block}.3.10`);
  targets.push(target);
  await elb("RegisterTargets", { TargetGroupArn: adminGroup.id, Targets: [{ Id: target.address }] });
  await waitUntil("the target to be healthy", async () => (await healthOf(adminGroup)).join() === "healthy");
  assert.equal((await enter({ host: `admin.${domain}` })).text, target.address);
  assert.notEqual((await enter()).text, target.address);
});

test("a revoked certificate loses its open connections and gets no new one, and others keep theirs", async () => {
  const revoked = await insiders.issue("bob", "00ff22");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal((await enter({ agent }, revoked)).status, 200);
  assert.equal((await enter({ agent: kept })).status, 200);
  upload("revoked-1.crl", await insiders.revoke(["00ff22"]));
  const response = await elb("AddTrustStoreRevocations", {
    TrustStoreArn: trustStore.id,
    RevocationContents: [{ S3Bucket: "t-access", S3Key: "revoked-1.crl" }],
  });
  assert.equal(
    (response.TrustStoreRevocations as { member: { NumberOfRevokedEntries: number }[] }).member[0]!
      .NumberOfRevokedEntries,
    1,
  );
  await assert.rejects(enter({ agent }, revoked));
  await assert.rejects(enter({}, revoked));
  assert.equal((await enter({ agent: kept })).status, 200);
  assert.equal((await enter()).status, 200);
  await elb("RemoveTrustStoreRevocations", { TrustStoreArn: trustStore.id, RevocationIds: [1] });
  await assert.rejects(enter({}, revoked));
  agent.destroy();
  kept.destroy();
});

test("a revoked certificate loses a connection that a former process of the balancer still serves", async () => {
  const revoked = await insiders.issue("carol", "00ff23");
  const asked = targets.map(({ requests }) => requests);
  const responded = enter({ path: "/slow?ms=6000" }, revoked);
  responded.catch(() => {});
  await waitUntil("the request to arrive", () =>
    targets.some(({ requests }, index) => requests > asked[index]!),
  );
  const later = await createResource(testBed.started.region, balancingOf("ListenerRule"), {
    listenerArn: listener.id,
    priority: 20,
    conditions: [{ hostHeader: { values: [`later.${domain}`] } }],
    actions: [{ type: "forward", targetGroupArn: adminGroup.id }],
  });
  upload("revoked-2.crl", await insiders.revoke(["00ff22", "00ff23"]));
  await elb("AddTrustStoreRevocations", {
    TrustStoreArn: trustStore.id,
    RevocationContents: [{ S3Bucket: "t-access", S3Key: "revoked-2.crl" }],
  });
  await assert.rejects(responded);
  assert.equal((await enter()).status, 200);
  await balancingOf("ListenerRule").delete!(testBed.started.region, later);
});

test("a deregistered target finishes its requests, and none is lost", async () => {
  const slow = Promise.all(Array.from({ length: 6 }, () => enter({ path: "/slow?ms=400" })));
  await waitUntil("the requests to arrive", () =>
    targets.slice(0, 2).every(({ last }) => last?.url?.startsWith("/slow")),
  );
  const leaving = targets[0]!;
  await elb("DeregisterTargets", {
    TargetGroupArn: testBed.targetGroup.id,
    Targets: [{ Id: leaving.address, Port: 8080 }],
  });
  const { requests } = leaving;
  for (let asked = 0; asked < 10; asked += 1) assert.equal((await enter()).text, targets[1]!.address);
  assert.equal(leaving.requests, requests);
  for (const { status } of await slow) assert.equal(status, 200);
  await waitUntil("the target to be gone", async () => (await healthOf(testBed.targetGroup)).length === 1);
  await elb("RegisterTargets", {
    TargetGroupArn: testBed.targetGroup.id,
    Targets: [{ Id: leaving.address, Port: 8080 }],
  });
  await waitUntil(
    "it to be back",
    async () => (await healthOf(testBed.targetGroup)).join() === "healthy,healthy",
  );
});

test("a killed target costs no idempotent request", async () => {
  const dying = targets[0]!;
  let stopped = false;
  const responses: number[] = [];
  const asking = Array.from({ length: 4 }, async () => {
    while (!stopped) responses.push((await enter({ path: "/slow?ms=5" })).status);
  });
  await waitUntil("responses", () => responses.length > 20);
  dying.server.closeAllConnections();
  dying.server.close();
  const before = responses.length;
  await waitUntil("responses after the loss", () => responses.length > before + 60);
  stopped = true;
  await Promise.all(asking);
  assert.deepEqual([...new Set(responses)], [200]);
  targets.splice(0, 1);
});

test("a balancer that dies is restarted", async () => {
  const [running] = testBed.started.region.supervisor.list("haproxy/t-ingress");
  running!.kill("SIGKILL");
  await waitUntil("a response", () =>
    enter().then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
});

test("at the end of its ingress all clients are cut off, and a later end admits them again", async () => {
  const file = join(testBed.started.region.directory, "closing.json");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal((await enter({ agent })).status, 200);
  const isIn = (options: AskOptions = {}) =>
    enter(options).then(
      ({ status }) => status === 200,
      () => false,
    );
  writeFileSync(file, JSON.stringify({ at: new Date(Date.now() + 500).toISOString() }));
  await waitUntil("the ingress to be closed", async () => !(await isIn({ agent })));
  assert.equal(await isIn(), false);
  writeFileSync(file, JSON.stringify({ at: new Date(Date.now() + 3_600_000).toISOString() }));
  await waitUntil("the ingress to be open", () => isIn());
  writeFileSync(file, "cut short");
  await waitUntil("a damaged end to close it", async () => !(await isIn()));
  rmSync(file);
  await waitUntil("the ingress without an end to be open", () => isIn());
  agent.destroy();
});

test("requests are in the access log of the bucket, one line each, in AWS's format", async () => {
  const balancer = findBalancer(testBed.started.region, testBed.loadBalancer.id)!;
  await balancer.accessLog.deliver();
  const store = objectsOf(testBed.started.region);
  const known = new Set(store.list("t-access").map(({ key }) => key));
  await enter({ path: "/logged?a=1", headers: { "user-agent": 'a "quoted" agent' } });
  let added: readonly { readonly key: string }[] = [];
  await waitUntil("the log", async () => {
    await balancer.accessLog.deliver();
    added = store.list("t-access").filter(({ key }) => !known.has(key));
    return added.length > 0;
  });
  assert.match(
    added[0]!.key,
    /^ingress\/AWSLogs\/(127\d{3}000000)\/elasticloadbalancing\/eu-west-1\/\d{4}\/\d\d\/\d\d\/\1_elasticloadbalancing_eu-west-1_app\.t-ingress\.\w+_\d{8}T\d{4}Z_[\d.]+_\w+\.log\.gz$/,
  );
  const lines = gunzipSync(store.read("t-access", added[0]!.key)!.body).toString("utf8").trim().split("\n");
  const line = lines.find((candidate) => candidate.includes("/logged?a=1"))!;
  assert.match(
    line,
    /^https \S+Z app\/t-ingress\/\w+ 127\.0\.0\.1:\d+ 127\.\d+\.2\.10:8080 \d+\.\d{3} \d+\.\d{3} \d+\.\d{3} 200 200 \d+ \d+ "GET https:\/\/t\.api\.example\.com:8443\/logged\?a=1 HTTP\/1\.1" "a \\x22quoted\\x22 agent" TLS_\w+ TLSv1\.3 arn:aws:elasticloadbalancing:\S+t-gateway\S+ "Root=1-\S+" "t\.api\.example\.com" "arn:aws:acm:\S+" 0 \S+Z "forward" /,
  );
});

test("a deleted load balancer leaves no process, no listener and no file", async () => {
  const { region } = testBed.started;
  await balancingOf("ListenerRule").delete!(region, rule);
  await balancingOf("Listener").delete!(region, listener);
  await balancingOf("LoadBalancer").delete!(region, testBed.loadBalancer);
  const mine = listenersOf(block).filter((address) => address.startsWith(`${block}.0.`));
  assert.deepEqual(mine, []);
  assert.equal(processesIn(region.directory), 0);
});
