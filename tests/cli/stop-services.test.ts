import assert from "node:assert/strict";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { type Test, test } from "tap";
import type { ReachedDown } from "../../cli/teardown/down-stages.ts";
import { stopServices } from "../../cli/teardown/stop-services.ts";
import { reserveNetwork } from "../loopback.ts";

const network = await reserveNetwork();

const address = `${network}.0.1`;

function describeRun(port: number): Parameters<typeof stopServices>[0] {
  return {
    target: "local",
    project: { name: "dmm-env", region: "eu-west-1" },
    region: {
      endpoint: `http://${address}:${port}`,
      credentials: { accessKeyId: "LKIA", secretAccessKey: "secret" },
    },
    outputs: {
      compute: { clusterArn: "arn:cluster", services: { gateway: "gateway", admin: "admin", stub: "stub" } },
    },
  } as unknown as ReachedDown;
}

/** An ECS that refuses to change the service admin, and records every request. */
async function startEcs(
  t: Test,
): Promise<{ readonly port: number; readonly asked: string[]; close(): void }> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const { cluster, service, desiredCount } = JSON.parse(await text(request)) as Record<string, unknown>;
    asked.push(`${request.headers["x-amz-target"]} ${cluster} ${service} ${desiredCount}`);
    const status = service === "admin" ? 400 : 200;
    response
      .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
      .end(status === 200 ? "{}" : '{"__type":"ServiceNotActiveException"}');
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  t.teardown(close);
  return { port: (server.address() as { port: number }).port, asked, close };
}

test("ECS gets a desired count of 0 for every service, and a service that refuses does not stop the teardown", async (t) => {
  const ecs = await startEcs(t);
  await stopServices(describeRun(ecs.port));
  const operation = "AmazonEC2ContainerServiceV20141113.UpdateService arn:cluster";
  assert.deepEqual(
    ecs.asked.sort(),
    ["admin", "gateway", "stub"].map((service) => `${operation} ${service} 0`),
  );
});

test("a region that is gone, and an environment that had not progressed that far, need no stopping", async (t) => {
  const ecs = await startEcs(t);
  await stopServices({ ...describeRun(ecs.port), outputs: undefined });
  assert.deepEqual(ecs.asked, [], "nothing is asked before there is a service");
  ecs.close();
  await assert.doesNotReject(stopServices(describeRun(ecs.port)));
  assert.deepEqual(ecs.asked, []);
});
