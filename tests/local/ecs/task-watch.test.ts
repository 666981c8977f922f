import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { schedulerOf } from "../../../local/ecs/running.ts";
import { waitUntil } from "../../wait-until.ts";
import { type Fixture, openFixture } from "./fixtures.ts";
import { ask, createService, define } from "./services.ts";

let fixture: Fixture;

before(async () => {
  fixture = await openFixture();
});
t.teardown(() => fixture[Symbol.asyncDispose]());

test("a task that hangs is replaced once the load balancer reports it as unhealthy, and killed at the end", async () => {
  const service = await createService(fixture, await define(fixture, { stopTimeout: 1 }));
  const tasks = schedulerOf(fixture.region, service.id)?.tasks;
  const [hung] = tasks?.living ?? [];
  assert.ok(tasks && hung);
  hung.process?.kill("SIGSTOP");
  // Two checks, five seconds apart, both of which must fail.
  await waitUntil("the end of the hung task", () => hung.status === "STOPPED", 120_000);
  assert.match(hung.stoppedReason ?? "", /failed ELB health checks in \(target-group .*t-service/);
  await waitUntil("its replacement", async () => (await ask(fixture)).status === 200);
  assert.equal(tasks.living.length, 1);
  await fixture.remove(service);
});

test("a load balancer that is down, and therefore reports every task as unhealthy, costs no task", async () => {
  const service = await createService(fixture, await define(fixture), { desiredCount: 2 });
  const tasks = schedulerOf(fixture.region, service.id)?.tasks;
  const before = tasks?.living.map(({ id }) => id);
  const until = performance.now() + 3_000;
  await waitUntil("three seconds without a balancer", () => {
    for (const balancer of fixture.region.supervisor.list("haproxy/")) balancer.kill("SIGKILL");
    return performance.now() > until;
  });
  await waitUntil("the balancer", async () => (await ask(fixture).catch(() => undefined))?.status === 200);
  assert.deepEqual(
    tasks?.living.map(({ id }) => id),
    before,
  );
  await fixture.remove(service);
});
