import assert from "node:assert/strict";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "tap";
import type { DownRun } from "../../cli/release/down-run.ts";
import { stopServices } from "../../cli/release/stop-services.ts";

const address = "127.247.0.1";

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
  } as unknown as DownRun;
}

test("ECS is told that no task of any service is wanted, and one that refuses does not stop the release", async (context) => {
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
  context.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  await stopServices(describeRun(port));
  const operation = "AmazonEC2ContainerServiceV20141113.UpdateService arn:cluster";
  assert.deepEqual(
    asked.sort(),
    ["admin", "gateway", "stub"].map((service) => `${operation} ${service} 0`),
  );
});

test("a region that is gone, and an environment that had not come that far, stop nothing", async () => {
  await stopServices(describeRun(1));
  const { outputs: _, ...unmade } = describeRun(1);
  await stopServices(unmade);
});
