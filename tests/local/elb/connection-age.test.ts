import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, get } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { createResource } from "../started-region.ts";
import { balancingOf } from "./resource-handlers.ts";
import { domain, ingressPort, startTestBed, type TestBed } from "./test-bed.ts";

const ageSeconds = 1;
let testBed: TestBed;
let ca: string;
let host: string;

before(async () => {
  testBed = await startTestBed(await reserveNetwork());
  const { started, loadBalancer, certificateArn } = testBed;
  ca = readFileSync(started.region.authorityFile, "utf8");
  host = String(loadBalancer.outputs.dnsName);
  const balancing = balancingOf("LoadBalancer");
  // Shorter than AWS admits, which the provider would refuse.
  await balancing.update?.(started.region, loadBalancer, {
    ...loadBalancer.inputs,
    clientKeepAlive: ageSeconds,
  });
  await createResource(started.region, balancingOf("Listener"), {
    loadBalancerArn: loadBalancer.id,
    port: ingressPort,
    protocol: "HTTPS",
    certificateArn,
    defaultActions: [
      {
        type: "fixed-response",
        fixedResponse: { contentType: "text/plain", statusCode: "200" },
      },
    ],
  });
});
t.teardown(() => testBed?.[Symbol.asyncDispose]());

test("a connection of HTTP/1.1 that is older than the client keep-alive serves one more request and ends", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const request = async () => {
      const options = { host, port: ingressPort, path: "/", ca, agent, servername: domain };
      const [response] = (await once(get(options), "response")) as [IncomingMessage];
      const on = response.socket.localPort;
      response.resume();
      await once(response, "end");
      return {
        status: response.statusCode,
        connection: response.headers.connection,
        on,
      };
    };
    const first = await request();
    assert.notEqual(first.connection, "close");
    await delay(ageSeconds * 1000 + 1100);
    const last = await request();
    assert.deepEqual([last.status, last.connection, last.on], [200, "close", first.on]);
    const next = await request();
    assert.equal(next.status, 200);
    assert.notEqual(next.on, first.on);
  } finally {
    agent.destroy();
  }
});
