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

function schedulerFor(service: Resource) {
  const scheduler = schedulerOf(fixture.region, service.id);
  assert.ok(scheduler);
  return scheduler;
}

test("a killed task is replaced by another with a new address, and its target is removed", async () => {
  const service = await createService(fixture, await define(fixture));
  const { tasks } = schedulerFor(service);
  const [killed] = tasks.living;
  assert.ok(killed);
  killed.process?.kill("SIGKILL");
  await waitUntil("the end", () => killed.status === "STOPPED");
  assert.equal(killed.exitCode, 137);
  await waitUntil("its replacement", async () => (await ask(fixture)).status === 200);
  const [next] = tasks.living;
  assert.notEqual(next?.id, killed.id);
  assert.notEqual(next?.address, killed.address);
  assert.equal(next?.zone, killed.zone);
  assert.equal((await ask(fixture)).body.address, next?.address);
});

test("a task that ignores SIGTERM is killed when its stopTimeout is over", async () => {
  const service = await createService(
    fixture,
    await define(fixture, { environment: { IGNORE_SIGTERM: "yes" }, stopTimeout: 1 }),
  );
  const begun = performance.now();
  await fixture.remove(service);
  const tookMs = performance.now() - begun;
  assert.ok(tookMs >= 950 && tookMs < 25_000, `${tookMs} ms`);
  assert.deepEqual(taskProcesses(fixture), []);
});

test("a task that is stopped while it starts does not start", async () => {
  const definition = await define(fixture);
  const service = await createService(fixture, definition);
  const scheduler = schedulerFor(service);
  const [deployment] = scheduler.deployments;
  assert.ok(deployment);
  const starting = scheduler.tasks.start(deployment, 2);
  const task = scheduler.tasks.all.at(-1);
  assert.equal(task?.status, "PENDING");
  assert.ok(task);
  await Promise.all([
    starting,
    scheduler.tasks.stop(task, { code: "UserInitiated", reason: "changed my mind" }),
  ]);
  assert.equal(task.status, "STOPPED");
  assert.equal(task.stoppedReason, "changed my mind");
  assert.equal(task.process, undefined, "nothing was run for it");
  await waitForTasks(fixture, 1);
});

test("a task that dies while it drains ends once, and no running task loses its address", async () => {
  const service = await createService(fixture, await define(fixture));
  const { tasks } = schedulerFor(service);
  const [leaving] = tasks.living;
  assert.ok(leaving);
  const slow = ask(fixture, "/?ms=20000").catch(() => undefined);
  await waitForRequests(fixture, 1);
  const ended = tasks.stop(leaving, { code: "UserInitiated", reason: "drain" });
  assert.equal(leaving.status, "DEACTIVATING");
  leaving.process?.kill("SIGKILL");
  await ended;
  await slow;
  assert.equal(leaving.stoppedReason, "drain");
  await waitUntil("the replacement", async () => (await ask(fixture)).status === 200);
  const [next] = tasks.living;
  assert.ok(next);
  const again = fixture.region.addresses.claim(next.zoneNumber, `task/t-main/${next.slot}`);
  assert.equal(again, next.address, "the living task still owns its address");
});

test("no two running or draining tasks have the same address, however often they die", async () => {
  const service = await createService(fixture, await define(fixture), { desiredCount: 3 });
  const { tasks } = schedulerFor(service);
  for (let round = 0; round < 4; round += 1) {
    for (const { process } of tasks.living.slice(0, 2)) process?.kill("SIGKILL");
    await waitUntil("three healthy tasks", () => {
      const held = tasks.all.filter(({ released }) => !released).map(({ address }) => address);
      assert.equal(new Set(held).size, held.length);
      return tasks.living.length === 3 && tasks.living.every(({ proven }) => proven);
    });
  }
  assert.equal(new Set(tasks.living.map(({ zone }) => zone)).size, 3, "each zone still has one");
});
