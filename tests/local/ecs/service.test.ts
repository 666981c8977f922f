import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, t, test } from "tap";
import { schedulerOf } from "../../../local/ecs/running.ts";
import type { Resource } from "../../../local/resource.ts";
import { waitUntil } from "../../wait-until.ts";
import { listenersOf } from "../started-region.ts";
import { type Fixture, handlerOf, openFixture } from "./fixtures.ts";
import {
  ask,
  createService,
  define,
  describeInputs,
  serviceType,
  taskProcesses,
  waitForRequests,
  waitForTasks,
} from "./services.ts";

let fixture: Fixture;

before(async () => {
  fixture = await openFixture();
});
t.teardown(() => fixture[Symbol.asyncDispose]());

/** Addresses in zones, not of the edge. */
function taskListeners(): readonly string[] {
  return listenersOf(fixture.region.network).filter(
    (address) => !address.startsWith(`${fixture.region.network}.0.`),
  );
}

test("a service is steady when its tasks serve, one in each zone", async () => {
  const service = await createService(fixture, await define(fixture), { desiredCount: 3 });
  const zones = taskListeners().map((address) => address.split(".")[2]);
  assert.deepEqual([...zones].sort(), ["1", "2", "3"]);
  assert.equal((await ask(fixture)).status, 200);
  await fixture.remove(service);
});

test("the product's own image serves as a task of a service", async () => {
  const definition = await define(fixture, {
    image: "127000000000.dkr.ecr.eu-west-1.amazonaws.com/dmm-env/gateway:1.2.3",
    command: ["stub"],
    environment: { PORT: "8080", DRAIN_QUIET_MS: "0" },
  });
  const service = await createService(fixture, definition);
  assert.equal((await ask(fixture, "/verify/echo")).status, 200);
  await fixture.remove(service);
});

test("a deletion ends every process and leaves neither listener, address, target nor folder", async () => {
  const service = await createService(fixture, await define(fixture), { desiredCount: 2 });
  await fixture.remove(service);
  assert.deepEqual(taskProcesses(fixture), []);
  assert.deepEqual(taskListeners(), []);
  assert.equal((await ask(fixture)).status, 503);
  const stored = readFileSync(join(fixture.region.directory, "addresses.json"), "utf8");
  assert.doesNotMatch(stored, /task\//);
  const folder = join(fixture.region.directory, "processes", "task", "t-main");
  assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
  await handlerOf(serviceType).delete?.(fixture.region, service);
});

test("a deletion lets requests in flight finish", async () => {
  const service = await createService(fixture, await define(fixture));
  const slow = ask(fixture, "/?ms=800");
  await waitForRequests(fixture, 1);
  const [response] = await Promise.all([slow, fixture.remove(service)]);
  assert.equal(response.status, 200);
});

test("a service that is deleted while it starts ends its creation and every task", async () => {
  const definition = await define(fixture, { environment: { READY_AFTER_MS: "60000" } });
  const creation = assert.rejects(createService(fixture, definition, { desiredCount: 2 }), {
    code: "DMM_LOCAL_SERVICE_UNSTEADY",
    message: /deleted meanwhile/,
  });
  await waitForTasks(fixture, 2);
  const [stored] = fixture.region.resources.all(serviceType);
  await fixture.remove(stored as Resource);
  await creation;
  assert.deepEqual(taskProcesses(fixture), []);
  assert.deepEqual(fixture.region.resources.all(serviceType), []);
});

test("a creation that does not wait returns at once and becomes steady in the background", async () => {
  const definition = await define(fixture, { environment: { READY_AFTER_MS: "500" } });
  const service = await createService(fixture, definition, { waitForSteadyState: false });
  assert.notEqual((await ask(fixture)).status, 200);
  await waitUntil("the service", async () => (await ask(fixture)).status === 200);
  await fixture.remove(service);
});

test("after a restart of the region a service runs as last requested", async () => {
  const service = await createService(fixture, await define(fixture));
  const scheduler = schedulerOf(fixture.region, service.id);
  const changed = await fixture.change(
    service,
    describeInputs(fixture, await define(fixture), { desiredCount: 2 }),
  );
  const before = scheduler?.tasks.living.map(({ id }) => id) ?? [];
  await fixture.restart();
  assert.equal((await ask(fixture)).status, 200);
  const now = schedulerOf(fixture.region, service.id)?.tasks.living ?? [];
  assert.equal(now.length, 2);
  assert.ok(now.every(({ id, definition }) => !before.includes(id) && definition.revision > 1));
  await fixture.remove(changed);
  assert.deepEqual(taskListeners(), []);
});
