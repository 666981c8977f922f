import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { test } from "tap";
import { startProviders } from "../../../local/provider/start.ts";
import { collectSteps, type StartedEngine, startEngine } from "./engine.ts";
import { createMemoryRegion } from "./memory-region.ts";
import { Thing, ThingWorld, thingType } from "./things.ts";

const password = "correct horse battery staple";

async function run(engine: StartedEngine, program: () => Record<string, unknown>) {
  engine.stack.workspace.program = async () => program();
  const seen = collectSteps();
  const up = await engine.stack.up({ onEvent: seen.onEvent });
  return { steps: seen.steps, outputs: up.outputs };
}

test("a resource through the real engine", async (t) => {
  t.test("is created, changed, replaced, drifts, is imported and deleted as on AWS", async () => {
    const region = createMemoryRegion();
    const world = new ThingWorld();
    const providers = await startProviders(region, [world.handler]);
    await using engine = await startEngine(providers, async () => {});
    try {
      await lives(engine, world);
      await changes(engine, world);
      await isReplaced(engine, world);
      await drifts(engine, world);
      await isImported(engine, world);
      await engine.stack.destroy();
      assert.equal(world.things.size, 0);
      assert.deepEqual(region.resources.everything(), [], "not even a note is left");
    } finally {
      await providers.close();
    }
  });
});

function declare(inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions) {
  return () => {
    const thing = new Thing("thing", inputs, options);
    const { name, arn, version, size } = thing;
    return { name, arn, version, size };
  };
}

const wanted = {
  zone: "a",
  tags: { a: "b" },
  environment: { TOKEN: pulumi.secret("a secret token"), PORT: "1" },
};

async function lives(engine: StartedEngine, world: ThingWorld): Promise<void> {
  const { outputs } = await run(engine, declare({ ...wanted, password }));
  assert.match(outputs.name?.value, /^thing-[0-9a-f]{7}$/);
  assert.equal(outputs.size?.value, 1, "AWS's default is filled in");
  const state = await engine.readStateFile();
  assert.equal(world.things.get("thing-1")?.password, password, "handlers see secrets in clear");
  assert.ok(
    !state.includes(password) && !state.includes("a secret token"),
    "the state shows no secret in clear",
  );
  assert.ok(/"PORT": ?"1"/.test(state), "what stands beside a secret stays readable");
  assert.deepEqual((await engine.stack.preview()).changeSummary, { same: 2 });
}

async function changes(engine: StartedEngine, world: ThingWorld): Promise<void> {
  const { steps, outputs } = await run(engine, declare({ ...wanted, password, size: 2 }));
  assert.deepEqual(steps, [`update ${thingType} thing`]);
  assert.deepEqual([outputs.version?.value, outputs.size?.value], [2, 2]);
  assert.equal(world.acts.at(-1), "update thing-1");
  assert.ok(!(await engine.readStateFile()).includes(password));
}

async function isReplaced(engine: StartedEngine, world: ThingWorld): Promise<void> {
  const before = world.things.get("thing-1")?.name;
  world.acts.length = 0;
  await run(engine, declare({ ...wanted, password, size: 2, zone: "b" }));
  const after = world.things.get("thing-2")?.name;
  assert.deepEqual(world.acts, [`begin ${after}`, "create thing-2", "delete thing-1"]);
  assert.notEqual(after, before, "the new one stands beside the old one, so it has another name");

  world.acts.length = 0;
  await run(engine, declare({ ...wanted, password, size: 2, zone: "b", name: "fixed" }));
  await run(engine, declare({ ...wanted, password, size: 2, zone: "c", name: "fixed" }));
  assert.deepEqual(
    world.acts.slice(3),
    ["delete thing-3", "begin fixed", "create thing-4"],
    "a fixed name is freed first",
  );
}

async function drifts(engine: StartedEngine, world: ThingWorld): Promise<void> {
  const thing = world.things.get("thing-4");
  world.things.set("thing-4", { ...thing, size: 9 });
  assert.equal((await engine.stack.refresh()).summary.resourceChanges?.update, 1);
  const { steps } = await run(engine, declare({ ...wanted, password, size: 2, zone: "c", name: "fixed" }));
  assert.deepEqual(steps, [`update ${thingType} thing`]);
  assert.equal(world.things.get("thing-4")?.size, 2);
  assert.ok(!(await engine.readStateFile()).includes(password), "refreshed state shows no secret in clear");

  world.things.delete("thing-4");
  assert.equal((await engine.stack.refresh()).summary.resourceChanges?.delete, 1);
  await run(engine, declare({ zone: "c", name: "fixed" }));
  assert.ok(world.things.has("thing-5"));
}

async function isImported(engine: StartedEngine, world: ThingWorld): Promise<void> {
  await run(engine, declare({ zone: "c", name: "fixed" }, { retainOnDelete: true }));
  await run(engine, () => ({}));
  assert.ok(world.things.has("thing-5"), "it was kept when its state was given up");
  const { steps } = await run(engine, declare({ zone: "c", name: "fixed" }, { import: "thing-5" }));
  assert.deepEqual(steps, [`import ${thingType} thing`]);
}
