import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { planReconciliation, type ReconciledTask } from "../../../local/ecs/rolling-update.ts";

const rolling = { desiredCount: 3, minimumHealthyPercent: 100, maximumPercent: 200, zones: [1, 2, 3] };

function tasks(count: number, task: Partial<ReconciledTask> = {}): ReconciledTask[] {
  return Array.from({ length: count }, (_, index) => ({
    zone: (index % 3) + 1,
    current: true,
    healthy: true,
    expendable: false,
    ...task,
  }));
}
const old = (count: number, task: Partial<ReconciledTask> = {}) => tasks(count, { current: false, ...task });

test("a new service starts all its tasks at once, one zone after another", async () => {
  assert.deepEqual(planReconciliation({ ...rolling, desiredCount: 4 }, []).start, [1, 2, 3, 1]);
});

test("a missing task is started in the zone that lacks it", async () => {
  const left = tasks(3).filter(({ zone }) => zone !== 2);
  assert.deepEqual(planReconciliation(rolling, left), { start: [2], retire: [] });
});

test("a new deployment starts beside the old one as far as the maximum allows", async () => {
  assert.equal(planReconciliation(rolling, old(3)).start.length, 3);
  assert.equal(planReconciliation({ ...rolling, maximumPercent: 150 }, old(3)).start.length, 1);
  assert.equal(planReconciliation({ ...rolling, maximumPercent: 100 }, old(3)).start.length, 0);
});

test("an old task stops for each new healthy one, and no sooner", async () => {
  assert.equal(planReconciliation(rolling, [...old(3), ...tasks(3, { healthy: false })]).retire.length, 0);
  const one = [...old(3), ...tasks(1), ...tasks(2, { healthy: false })];
  assert.equal(planReconciliation(rolling, one).retire.length, 1);
  assert.equal(planReconciliation(rolling, [...old(3), ...tasks(3)]).retire.length, 3);
});

test("a lower minimum lets old tasks stop before new ones exist", async () => {
  const wanted = { ...rolling, minimumHealthyPercent: 50, maximumPercent: 100 };
  assert.equal(planReconciliation(wanted, old(3)).retire.length, 1);
});

test("old tasks that never served stop at once, and those that a balancer briefly lost stay", async () => {
  const never = old(2, { healthy: false, expendable: true });
  assert.deepEqual(planReconciliation(rolling, [...never, ...tasks(3, { healthy: false })]).retire, never);
  const unseen = old(3, { healthy: false });
  assert.deepEqual(planReconciliation(rolling, [...unseen, ...tasks(3, { healthy: false })]).retire, []);
});

test("scaling in stops a non-serving task first, then balances the zones", async () => {
  const idle = { zone: 1, current: true, healthy: false, expendable: false };
  assert.deepEqual(planReconciliation(rolling, [...tasks(3), idle]).retire, [idle]);
  const many = tasks(5);
  const { retire } = planReconciliation(rolling, many);
  const left = many.filter((task) => !retire.includes(task)).map(({ zone }) => zone);
  assert.deepEqual(left.sort(), [1, 2, 3]);
});

test("no step starts tasks beyond the maximum, or stops healthy tasks beyond the minimum", async () => {
  const task = fc.record({
    zone: fc.integer({ min: 1, max: 3 }),
    current: fc.boolean(),
    healthy: fc.boolean(),
    expendable: fc.boolean(),
  });
  const property = fc.property(
    fc.integer({ min: 0, max: 8 }),
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 100, max: 200 }),
    fc.array(task, { maxLength: 20 }),
    (desiredCount, minimumHealthyPercent, maximumPercent, living) => {
      const wanted = { desiredCount, minimumHealthyPercent, maximumPercent, zones: [1, 2, 3] };
      const { start, retire } = planReconciliation(wanted, living);
      if (start.length > 0)
        assert.ok(living.length + start.length <= Math.floor((desiredCount * maximumPercent) / 100));
      assert.equal(new Set(retire).size, retire.length);
      const before = living.filter(({ healthy }) => healthy).length;
      const after = before - retire.filter(({ healthy }) => healthy).length;
      const least = Math.min(before, Math.ceil((desiredCount * minimumHealthyPercent) / 100));
      const surplus = living.filter(({ current }) => current).length > desiredCount;
      assert.ok(surplus || after >= least);
    },
  );
  fc.assert(property, { numRuns: 500 });
});
