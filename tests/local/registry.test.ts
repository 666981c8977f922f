import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "tap";
import { handlers } from "../../local/registry.ts";
import type { ResourceHandler } from "../../local/resource-handler.ts";

const aws = dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));

/** Inputs and outputs of a type, as the SDK's own class sends them: `resourceInputs["name"] = args?.name`. */
function readShape({ type }: ResourceHandler): {
  readonly inputs: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
} {
  const [, path = ""] = type.split(":");
  const source = readFileSync(join(aws, `${path}.js`), "utf8");
  assert.ok(source.includes(`'${type}'`), `${type} is a token of the SDK`);
  const body = source.slice(source.indexOf("constructor(name"));
  const lines = [...body.matchAll(/resourceInputs\["(\w+)"\] = ([^;]+);/g)];
  const inputs = lines.filter(([, , value]) => value?.includes("args")).map(([, name]) => name ?? "");
  return { inputs: new Set(inputs), all: new Set([...lines.map(([, name]) => name ?? ""), "id"]) };
}

test("the table of handlers", async (t) => {
  t.test("has each type once", async () => {
    const types = handlers.map(({ type }) => type);
    assert.deepEqual(
      types.filter((type, index) => types.indexOf(type) !== index),
      [],
    );
  });

  for (const handler of handlers) {
    t.test(`describes ${handler.type} as the AWS provider does`, async () => {
      const { inputs, all } = readShape(handler);
      const not = (names: readonly string[] | undefined, known: ReadonlySet<string>) =>
        (names ?? []).filter((name) => !known.has(name));
      assert.deepEqual(not(handler.inputs, inputs), [], "inputs that the provider does not have");
      assert.deepEqual(not(handler.replaceOn, new Set(handler.inputs)), [], "replaceOn beyond the inputs");
      assert.deepEqual(not(handler.computed, all), [], "outputs that the provider does not have");
      assert.deepEqual(not(handler.changing, new Set(handler.computed)), [], "changing beyond computed");
      assert.deepEqual(not(handler.secrets, all), [], "secrets that the provider does not have");
      const named = handler.autoname ? [handler.autoname.property] : [];
      assert.deepEqual(not(named, new Set(handler.inputs)), [], "an automatic name that is no input");
    });
  }
});
