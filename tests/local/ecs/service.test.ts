import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, t, test } from "tap";
import { schedulerOf } from "../../../local/ecs/running.ts";
import type { Resource } from "../../../local/resource.ts";
import { waitUntil } from "../daemon/started-region.ts";
import { listenersOf } from "../started-region.ts";
import { type Ground, handlerOf, openGround } from "./fixtures.ts";
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

let ground: Ground;

before(async () => {
  ground = await openGround();
});
t.teardown(() => ground[Symbol.asyncDispose]());

/** Addresses in zones, not of the edge. */
function taskListeners(): readonly string[] {
  return listenersOf(ground.region.network).filter(
    (address) => !address.startsWith(`${ground.region.network}.0.`),
  );
}

test("a service is steady when its tasks serve, one in each zone", async () => {
  const service = await createService(ground, await define(ground), { desiredCount: 3 });
  const zones = taskListeners().map((address) => address.split(".")[2]);
  assert.deepEqual([...zones].sort(), ["1", "2", "3"]);
  assert.equal((await ask(ground)).status, 200);
  await ground.remove(service);
});

test("the product's own image serves as a task of a service", async () => {
  const definition = await define(ground, {
    image: "127000000000.dkr.ecr.eu-west-1.amazonaws.com/dmm-env/gateway:1.2.3",
    command: ["stub"],
    environment: { PORT: "8080", DRAIN_QUIET_MS: "0" },
  });
  const service = await createService(ground, definition);
  assert.equal((await ask(ground, "/verify/echo")).status, 200);
  await ground.remove(service);
});

test("a deletion ends every process and leaves neither listener, address, target nor folder", async () => {
  const service = await createService(ground, await define(ground), { desiredCount: 2 });
  await ground.remove(service);
  assert.deepEqual(taskProcesses(ground), []);
  assert.deepEqual(taskListeners(), []);
  assert.equal((await ask(ground)).status, 503);
  const stored = readFileSync(join(ground.region.directory, "addresses.json"), "utf8");
  assert.doesNotMatch(stored, /task\//);
  const folder = join(ground.region.directory, "processes", "task", "t-main");
  assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
  await handlerOf(serviceType).delete?.(ground.region, service);
});

test("a deletion lets the request finish that a task has in its hands", async () => {
  const service = await createService(ground, await define(ground));
  const slow = ask(ground, "/?ms=800");
  await waitForRequests(ground, 1);
  const [answer] = await Promise.all([slow, ground.remove(service)]);
  assert.equal(answer.status, 200);
});

test("a service that is deleted while it starts ends its creation and every task", async () => {
  const definition = await define(ground, { environment: { READY_AFTER_MS: "60000" } });
  const creation = assert.rejects(createService(ground, definition, { desiredCount: 2 }), {
    code: "DMM_LOCAL_SERVICE_UNSTEADY",
    message: /deleted meanwhile/,
  });
  await waitForTasks(ground, 2);
  const [stored] = ground.region.resources.all(serviceType);
  await ground.remove(stored as Resource);
  await creation;
  assert.deepEqual(taskProcesses(ground), []);
  assert.deepEqual(ground.region.resources.all(serviceType), []);
});

test("a creation that does not wait answers at once and comes up by itself", async () => {
  const definition = await define(ground, { environment: { READY_AFTER_MS: "500" } });
  const service = await createService(ground, definition, { waitForSteadyState: false });
  assert.notEqual((await ask(ground)).status, 200);
  await waitUntil("the service", async () => (await ask(ground)).status === 200);
  await ground.remove(service);
});

test("after a restart of the region a service runs as it was last wanted", async () => {
  const service = await createService(ground, await define(ground));
  const scheduler = schedulerOf(ground.region, service.id);
  const changed = await ground.change(
    service,
    describeInputs(ground, await define(ground), { desiredCount: 2 }),
  );
  const before = scheduler?.tasks.living.map(({ id }) => id) ?? [];
  await ground.restart();
  assert.equal((await ask(ground)).status, 200);
  const now = schedulerOf(ground.region, service.id)?.tasks.living ?? [];
  assert.equal(now.length, 2);
  assert.ok(now.every(({ id, definition }) => !before.includes(id) && definition.revision > 1));
  await ground.remove(changed);
  assert.deepEqual(taskListeners(), []);
});
