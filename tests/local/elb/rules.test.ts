import assert from "node:assert/strict";
import { get, request } from "node:http";
import { before, t, test } from "tap";
import { operations } from "../../../local/elb/index.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { ask, createResource } from "../started-region.ts";
import { balancingOf } from "./resource-handlers.ts";
import { openTo, type StartedTarget, startTarget, startTestBed, type TestBed } from "./test-bed.ts";

const block = await reserveNetwork();
let testBed: TestBed;
let listener: Resource;
let target: StartedTarget;

interface Seen {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

function see(path: string, { host = "t.example.com", method = "GET" } = {}): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const outgoing = (method === "GET" ? get : request)({
      host: String(testBed.loadBalancer.outputs.dnsName),
      port: 8080,
      path,
      method,
      headers: { host },
      agent: false,
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      let text = "";
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, text }),
      );
    });
    outgoing.end();
  });
}

function createRule(priority: number, conditions: Properties[], action: Properties): Promise<Resource> {
  const inputs = { listenerArn: listener.id, priority, conditions, actions: [action] };
  return createResource(testBed.started.region, balancingOf("ListenerRule"), inputs);
}

before(async () => {
  testBed = await startTestBed(block);
  const { region } = testBed.started;
  const open = { securityGroupId: "sg-1", ipProtocol: "-1", cidrIpv4: "127.0.0.0/8" };
  openTo(testBed.started, "127.0.0.0/8", "sgr-9");
  region.resources.put({
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    id: "sgr-9",
    urn: "",
    name: "",
    inputs: open,
    outputs: open,
  });
  target = await startTarget(`${block}.1.10`);
  listener = await createResource(region, balancingOf("Listener"), {
    loadBalancerArn: testBed.loadBalancer.id,
    port: 8080,
    protocol: "HTTP",
    defaultActions: [{ type: "forward", targetGroupArn: testBed.targetGroup.id }],
  });
  await ask(region, operations, "elasticloadbalancing", {
    operation: "RegisterTargets",
    input: { TargetGroupArn: testBed.targetGroup.id, Targets: [{ Id: target.address }] },
  });
  await waitUntil("the target", async () => (await see("/")).status === 200);
});
t.teardown(async () => {
  await target[Symbol.asyncDispose]();
  await testBed[Symbol.asyncDispose]();
});

test("rules decide in the order of their priority, whatever order they were created in", async () => {
  await createRule(20, [{ pathPattern: { values: ["/old/*"] } }], {
    type: "redirect",
    redirect: { protocol: "HTTPS", port: "443", path: "/new/#{path}", statusCode: "HTTP_301" },
  });
  await createRule(10, [{ pathPattern: { values: ["/old/ask?.txt"] } }], {
    type: "fixed-response",
    fixedResponse: { contentType: "text/plain", messageBody: 'it\'s "gone"', statusCode: "410" },
  });
  assert.deepEqual(await see("/old/asks.txt"), { status: 410, location: undefined, text: 'it\'s "gone"' });
  assert.deepEqual(await see("/old/page?a=1"), {
    status: 301,
    location: "https://t.example.com:443/new/old/page?a=1",
    text: "",
  });
  assert.equal((await see("/older")).text, target.address);
});

test("a rule matches only if all its conditions match", async () => {
  await createRule(
    5,
    [
      { hostHeader: { values: ["*.example.org", "other.example.com"] } },
      { httpRequestMethod: { values: ["DELETE"] } },
    ],
    {
      type: "fixed-response",
      fixedResponse: { contentType: "text/plain", messageBody: "no", statusCode: "405" },
    },
  );
  assert.equal((await see("/", { host: "A.EXAMPLE.ORG:8080", method: "DELETE" })).status, 405);
  assert.equal((await see("/", { host: "a.example.org" })).status, 200);
  assert.equal((await see("/", { host: "t.example.com", method: "DELETE" })).status, 200);
});

test("two rules of one priority are refused", async () => {
  await assert.rejects(
    createRule(5, [{ pathPattern: { values: ["/x"] } }], {
      type: "forward",
      targetGroupArn: testBed.targetGroup.id,
    }),
    {
      code: "PriorityInUse",
    },
  );
});

test("a target group in use by a listener is not deleted", async () => {
  await assert.rejects(balancingOf("TargetGroup").delete!(testBed.started.region, testBed.targetGroup), {
    code: "ResourceInUse",
  });
});

test("a target outside the region's network is refused", async () => {
  const input = { TargetGroupArn: testBed.targetGroup.id, Targets: [{ Id: "127.0.0.1", Port: 22 }] };
  await assert.rejects(
    ask(testBed.started.region, operations, "elasticloadbalancing", {
      operation: "RegisterTargets",
      input,
    }),
    {
      code: "InvalidTarget",
    },
  );
});

test("a target that refuses connections yields 502 until it is removed, then 503", async () => {
  await target[Symbol.asyncDispose]();
  assert.equal((await see("/")).status, 502);
  await waitUntil("the target to be out", async () => (await see("/")).status === 503);
});

test("listeners and rules serve again after a restart of the region", async () => {
  const region = await testBed.started.reopen();
  for (const name of ["LoadBalancer", "Listener", "ListenerRule"]) {
    const handler = balancingOf(name);
    await Promise.all(
      region.resources.all(handler.type).map((resource) => handler.restore!(region, resource)),
    );
  }
  assert.equal((await see("/old/asks.txt")).status, 410);
  assert.equal((await see("/")).status, 503);
});
