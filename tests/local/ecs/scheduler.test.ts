import assert from "node:assert/strict";
import { afterEach, before, t, test } from "tap";
import { schedulerOf } from "../../../local/ecs/running.ts";
import type { Resource } from "../../../local/resource.ts";
import { waitUntil } from "../../wait-until.ts";
import { type Fixture, openFixture } from "./fixtures.ts";
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

let fixture: Fixture;

before(async () => {
  fixture = await openFixture();
});
afterEach(() => removeServices(fixture));
t.teardown(() => fixture[Symbol.asyncDispose]());

function livingOf(service: Resource) {
  return schedulerOf(fixture.region, service.id)?.tasks.living ?? [];
}

function version(number: string, more: Record<string, string> = {}): Promise<Resource> {
  return define(fixture, { environment: { VERSION: number, ...more } });
}

test("a rolling update replaces every task and fails no request", async () => {
  const service = await createService(fixture, await version("1"), { desiredCount: 3 });
  const stop = keepAsking(fixture);
  const changed = await fixture.change(
    service,
    describeInputs(fixture, await version("2", { READY_AFTER_MS: "150" }), { desiredCount: 3 }),
  );
  await waitForTasks(fixture, 3);
  assert.equal((await ask(fixture)).body.version, "2");
  const { asked, failed } = await stop();
  assert.deepEqual(failed, []);
  assert.ok(asked > 20, `${asked} requests are load`);
  assert.deepEqual([...new Set(livingOf(changed).map(({ zone }) => zone))].length, 3);
});

test("a deployment whose tasks fail is stopped with their last output, and the service continues as before", async () => {
  const service = await createService(fixture, await version("1"), { desiredCount: 2 });
  const before = livingOf(service).map(({ id }) => id);
  const stop = keepAsking(fixture);
  const bad = await version("2", { FAIL_WITH: "no database" });
  await assert.rejects(fixture.change(service, describeInputs(fixture, bad, { desiredCount: 2 })), {
    code: "DMM_LOCAL_SERVICE_UNSTEADY",
    message: /failed in a row \(deployment circuit breaker\)[\s\S]*no database/,
  });
  await waitForTasks(fixture, 2);
  assert.deepEqual((await stop()).failed, []);
  assert.deepEqual(
    livingOf(service).map(({ id }) => id),
    before,
  );
  assert.equal(
    fixture.region.resources.get(service.type, service.id)?.outputs.taskDefinition,
    service.inputs.taskDefinition,
  );
});

test("without rollback a failed deployment stays, and the next one is tried afresh", async () => {
  const more = { deploymentCircuitBreaker: { enable: true, rollback: false } };
  const service = await createService(fixture, await version("1"), more);
  const bad = await version("2", { FAIL_WITH: "no" });
  await assert.rejects(fixture.change(service, describeInputs(fixture, bad, more)), /circuit breaker/);
  assert.equal(schedulerOf(fixture.region, service.id)?.deployments[0]?.state, "FAILED");
  assert.equal((await ask(fixture)).body.version, "1", "the previous tasks still serve");
  await fixture.change(service, describeInputs(fixture, await version("3"), more));
  assert.equal((await ask(fixture)).body.version, "3");
});

test("a steady service is never given up: its tasks are retried until they start again", async () => {
  const service = await createService(fixture, await version("1"));
  const scheduler = schedulerOf(fixture.region, service.id);
  const { images } = fixture.region;
  const image = images["test/habits"];
  Object.assign(images, { "test/habits": undefined });
  fixture.region.supervisor.get(taskProcesses(fixture)[0] ?? "")?.kill("SIGKILL");
  await waitUntil("five failed starts", () => (scheduler?.deployments[0]?.failedTasks ?? 0) >= 4);
  Object.assign(images, { "test/habits": image });
  await waitUntil("the service", async () => (await ask(fixture)).status === 200);
});

test("a forced deployment replaces every task by one of the same definition", async () => {
  const definition = await version("1");
  const service = await createService(fixture, definition, { desiredCount: 2 });
  const before = livingOf(service).map(({ id }) => id);
  await fixture.change(
    service,
    describeInputs(fixture, definition, { desiredCount: 2, forceNewDeployment: true }),
  );
  const now = livingOf(service);
  assert.equal(now.length, 2);
  assert.ok(now.every(({ id }) => !before.includes(id)));
});

test("other subnets make a new deployment in their zones", async () => {
  const definition = await version("1");
  const service = await createService(fixture, definition, { desiredCount: 2 });
  await fixture.change(
    service,
    describeInputs(fixture, definition, { desiredCount: 2, networkConfiguration: { subnets: ["subnet-c"] } }),
  );
  assert.deepEqual(
    livingOf(service).map(({ zone }) => zone),
    ["eu-west-1c", "eu-west-1c"],
  );
});

test("scaling in lets the requests finish, and scaling out keeps the existing tasks", async () => {
  const definition = await version("1");
  const service = await createService(fixture, definition, { desiredCount: 3 });
  const before = livingOf(service).map(({ id }) => id);
  const slow = Promise.all(Array.from({ length: 6 }, () => ask(fixture, "/?ms=700")));
  await waitForRequests(fixture, 6);
  await fixture.change(service, describeInputs(fixture, definition, { desiredCount: 1 }));
  assert.deepEqual(
    (await slow).map(({ status }) => status),
    [200, 200, 200, 200, 200, 200],
  );
  await waitForTasks(fixture, 1);
  await fixture.change(service, describeInputs(fixture, definition, { desiredCount: 2 }));
  assert.equal(livingOf(service).filter(({ id }) => before.includes(id)).length, 1);
  assert.equal(new Set(livingOf(service).map(({ zone }) => zone)).size, 2);
});

test("a plan that changes in the middle of a deployment is the one that is reached", async () => {
  const service = await createService(fixture, await version("1"), { desiredCount: 2 });
  const slow = await version("2", { READY_AFTER_MS: "60000" });
  const superseded = fixture.change(service, describeInputs(fixture, slow, { desiredCount: 2 }));
  await waitForTasks(fixture, 4);
  await fixture.change(service, describeInputs(fixture, await version("3"), { desiredCount: 2 }));
  await superseded;
  await waitForTasks(fixture, 2);
  assert.equal((await ask(fixture)).body.version, "3");
});
