import assert from "node:assert/strict";
import { afterEach, before, t, test } from "tap";
import { schedulerOf } from "../../../local/ecs/running.ts";
import type { Resource } from "../../../local/resource.ts";
import { waitUntil } from "../daemon/started-region.ts";
import { type Ground, openGround } from "./fixtures.ts";
import {
  ask,
  createService,
  define,
  describeInputs,
  keepAsking,
  removeServices,
  taskProcesses,
  waitForRequests,
  waitForTasks,
} from "./services.ts";

let ground: Ground;

before(async () => {
  ground = await openGround();
});
afterEach(() => removeServices(ground));
t.teardown(() => ground[Symbol.asyncDispose]());

function livingOf(service: Resource) {
  return schedulerOf(ground.region, service.id)?.tasks.living ?? [];
}

function version(number: string, more: Record<string, string> = {}): Promise<Resource> {
  return define(ground, { environment: { VERSION: number, ...more } });
}

test("a rolling update replaces every task and fails no request", async () => {
  const service = await createService(ground, await version("1"), { desiredCount: 3 });
  const stop = keepAsking(ground);
  const changed = await ground.change(
    service,
    describeInputs(ground, await version("2", { READY_AFTER_MS: "150" }), { desiredCount: 3 }),
  );
  await waitForTasks(ground, 3);
  assert.equal((await ask(ground)).body.version, "2");
  const { asked, failed } = await stop();
  assert.deepEqual(failed, []);
  assert.ok(asked > 20, `${asked} requests are load`);
  assert.deepEqual([...new Set(livingOf(changed).map(({ zone }) => zone))].length, 3);
});

test("a deployment whose tasks fail is given up with their last words, and the service goes on as before", async () => {
  const service = await createService(ground, await version("1"), { desiredCount: 2 });
  const before = livingOf(service).map(({ id }) => id);
  const stop = keepAsking(ground);
  const bad = await version("2", { FAIL_WITH: "no database" });
  await assert.rejects(ground.change(service, describeInputs(ground, bad, { desiredCount: 2 })), {
    code: "DMM_LOCAL_SERVICE_UNSTEADY",
    message: /failed in a row \(deployment circuit breaker\)[\s\S]*no database/,
  });
  await waitForTasks(ground, 2);
  assert.deepEqual((await stop()).failed, []);
  assert.deepEqual(
    livingOf(service).map(({ id }) => id),
    before,
  );
  assert.equal(
    ground.region.resources.get(service.type, service.id)?.outputs.taskDefinition,
    service.inputs.taskDefinition,
  );
});

test("without rollback a failed deployment stays, and the next one is tried afresh", async () => {
  const more = { deploymentCircuitBreaker: { enable: true, rollback: false } };
  const service = await createService(ground, await version("1"), more);
  const bad = await version("2", { FAIL_WITH: "no" });
  await assert.rejects(ground.change(service, describeInputs(ground, bad, more)), /circuit breaker/);
  assert.equal(schedulerOf(ground.region, service.id)?.deployments[0]?.state, "FAILED");
  assert.equal((await ask(ground)).body.version, "1", "the tasks of before still serve");
  await ground.change(service, describeInputs(ground, await version("3"), more));
  assert.equal((await ask(ground)).body.version, "3");
});

test("a steady service is never given up: its tasks are tried until they start again", async () => {
  const service = await createService(ground, await version("1"));
  const scheduler = schedulerOf(ground.region, service.id);
  const { images } = ground.region;
  const image = images["test/habits"];
  Object.assign(images, { "test/habits": undefined });
  ground.region.supervisor.get(taskProcesses(ground)[0] ?? "")?.kill("SIGKILL");
  await waitUntil("five failed starts", () => (scheduler?.deployments[0]?.failedTasks ?? 0) >= 4);
  Object.assign(images, { "test/habits": image });
  await waitUntil("the service", async () => (await ask(ground)).status === 200);
});

test("a forced deployment replaces every task by one of the same definition", async () => {
  const definition = await version("1");
  const service = await createService(ground, definition, { desiredCount: 2 });
  const before = livingOf(service).map(({ id }) => id);
  await ground.change(
    service,
    describeInputs(ground, definition, { desiredCount: 2, forceNewDeployment: true }),
  );
  const now = livingOf(service);
  assert.equal(now.length, 2);
  assert.ok(now.every(({ id }) => !before.includes(id)));
});

test("other subnets make a new deployment in their zones", async () => {
  const definition = await version("1");
  const service = await createService(ground, definition, { desiredCount: 2 });
  await ground.change(
    service,
    describeInputs(ground, definition, { desiredCount: 2, networkConfiguration: { subnets: ["subnet-c"] } }),
  );
  assert.deepEqual(
    livingOf(service).map(({ zone }) => zone),
    ["eu-west-1c", "eu-west-1c"],
  );
});

test("scaling in lets the requests finish, and scaling out keeps the tasks of before", async () => {
  const definition = await version("1");
  const service = await createService(ground, definition, { desiredCount: 3 });
  const before = livingOf(service).map(({ id }) => id);
  const slow = Promise.all(Array.from({ length: 6 }, () => ask(ground, "/?ms=700")));
  await waitForRequests(ground, 6);
  await ground.change(service, describeInputs(ground, definition, { desiredCount: 1 }));
  assert.deepEqual(
    (await slow).map(({ status }) => status),
    [200, 200, 200, 200, 200, 200],
  );
  await waitForTasks(ground, 1);
  await ground.change(service, describeInputs(ground, definition, { desiredCount: 2 }));
  assert.equal(livingOf(service).filter(({ id }) => before.includes(id)).length, 1);
  assert.equal(new Set(livingOf(service).map(({ zone }) => zone)).size, 2);
});

test("a plan that changes in the middle of a deployment is the one that is reached", async () => {
  const service = await createService(ground, await version("1"), { desiredCount: 2 });
  const slow = await version("2", { READY_AFTER_MS: "60000" });
  const superseded = ground.change(service, describeInputs(ground, slow, { desiredCount: 2 }));
  await waitForTasks(ground, 4);
  await ground.change(service, describeInputs(ground, await version("3"), { desiredCount: 2 }));
  await superseded;
  await waitForTasks(ground, 2);
  assert.equal((await ask(ground)).body.version, "3");
});
