import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "tap";
import { startProviders } from "../../../local/provider/start.ts";
import { waitUntil } from "../../wait-until.ts";
import { type StartedEngine, startEngine } from "./engine.ts";
import { createMemoryRegion } from "./memory-region.ts";
import { Thing, ThingWorld } from "./things.ts";

/** Runs `up` and kills the engine (SIGKILL) as soon as this state is reached. */
async function killDuring(engine: StartedEngine, cameSoFar: () => boolean): Promise<void> {
  const running = engine.stack.up().then(
    () => assert.fail("the engine was not killed"),
    () => undefined,
  );
  await waitUntil("the resource is being created", cameSoFar);
  const pulumi = childrenOf(process.pid).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0up\0"),
  );
  assert.equal(pulumi.length, 1);
  for (const pid of pulumi) process.kill(pid, "SIGKILL");
  await running;
  await engine.stack.cancel();
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

test("an engine that is killed during a creation", async (t) => {
  t.test("leaves an orphan that the next run adopts, however that run differs", async () => {
    const region = createMemoryRegion();
    const world = new ThingWorld();
    const providers = await startProviders(region, [world.handler]);
    let inputs: { zone: string; size?: number } = { zone: "a" };
    await using engine = await startEngine(providers, async () => ({
      name: new Thing("thing", inputs).name,
    }));
    try {
      const asItWas = holdCreation(world);
      await killDuring(engine, () => world.acts.length === 1);
      const again = engine.stack.up();
      // The next run requests it while the first creation still runs: it waits for it and creates no second one.
      asItWas.release();
      const { outputs } = await again;
      assert.deepEqual([...world.things.keys()], ["thing-1"]);
      assert.equal(outputs.name?.value, world.things.get("thing-1")?.name);
      await engine.stack.destroy();
      assert.deepEqual(region.resources.everything(), []);

      await orphan(engine, world);
      inputs = { zone: "a", size: 5 };
      await engine.stack.up();
      assert.deepEqual(world.acts.slice(-1), ["update thing-2"], "a change is made to the orphan");
      await engine.stack.destroy();

      await orphan(engine, world);
      inputs = { zone: "b" };
      await engine.stack.up();
      assert.deepEqual(world.acts.slice(-3).map(withoutName), ["delete thing-3", "begin", "create thing-4"]);
      await engine.stack.destroy();
      assert.equal(world.things.size, 0);
      assert.deepEqual(region.resources.everything(), []);
    } finally {
      await providers.close();
    }
  });

  t.test("does not make a later replacement adopt the resource that it replaces", async () => {
    const region = createMemoryRegion();
    const world = new ThingWorld();
    const providers = await startProviders(region, [world.handler]);
    let zone = "a";
    await using engine = await startEngine(providers, async () => void new Thing("thing", { zone }));
    try {
      await engine.stack.up();
      zone = "b";
      const held = holdCreation(world);
      world.acts.length = 0;
      await killDuring(engine, () => world.acts.length === 1);
      held.release();
      await waitUntil("the replacement is created", () => world.things.has("thing-2"));
      await engine.stack.up();
      assert.deepEqual([...world.things.keys()], ["thing-2"], "the orphan replaces the old one");
      await engine.stack.destroy();
      assert.deepEqual(region.resources.everything(), []);
    } finally {
      await providers.close();
    }
  });
});

function holdCreation(world: ThingWorld): { release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  world.hold = promise;
  return { release: resolve };
}

/** A killed run whose creation ended after the kill: the region has it, no state knows it. */
async function orphan(engine: StartedEngine, world: ThingWorld): Promise<void> {
  const held = holdCreation(world);
  const before = world.acts.length;
  await killDuring(engine, () => world.acts.length > before);
  held.release();
  await waitUntil("the creation ends", () => world.acts.length === before + 2);
}

function withoutName(act: string): string {
  return act.startsWith("begin") ? "begin" : act;
}
