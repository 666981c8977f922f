import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { admitResource } from "../../../local/models/resources/validate-resource.ts";
import type { Properties } from "../../../local/resource.ts";
import { environmentName, keys } from "../../../stacks/config/config.ts";
import { cacheNodeTypes, databaseInstanceClasses } from "../../../stacks/config/store-classes.ts";
import { type DeclaredResource, deploy, environmentConfig, productionConfig } from "../../stacks/deployed.ts";

/** Refusals of a program's resources by AWS's models, each with the resource's name. */
function refusalsOf(resources: readonly DeclaredResource[]): readonly string[] {
  return resources
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap(({ type, name, inputs, secrets }) => {
      try {
        admitResource({ type, inputs: inputs as Properties, secrets });
        return [];
      } catch (error) {
        return [`${type} ${name}: ${(error as Error).message}`];
      }
    });
}

test("AWS's models accept every resource of production and of an environment", async () => {
  for (const config of [productionConfig, environmentConfig]) {
    const { resources } = await deploy(config);
    assert.ok(resources.length > 80, `${resources.length} resources`);
    assert.deepEqual(refusalsOf(resources), []);
  }
});

/** A name that occurs nowhere else, so that it can be replaced wherever it got to. */
const placeholder = "qzjxk";
const template = deploy({ ...environmentConfig, environment: placeholder }).then(({ resources }) =>
  JSON.stringify(resources),
);

/** The resources of an environment of another name. */
async function resourcesOf(name: string): Promise<readonly DeclaredResource[]> {
  return JSON.parse((await template).replaceAll(placeholder, name)) as readonly DeclaredResource[];
}

/** Prefixes that AWS services reserve. */
const owned = ["aws", "ecs", "fargate", "internal", "sg", "sthree", "amzn-s3-demo"];

const anyName = fc.stringMatching(/^[a-z][a-z0-9-]{1,19}$/);
const ownedName = fc.tuple(fc.constantFrom(...owned), anyName).map(([word, name]) => `${word}-${name}`);
const acceptedName = fc.oneof(anyName, ownedName).filter((name) => "value" in environmentName(name));

test("AWS's models accept every resource of an environment of any name that is accepted", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(acceptedName, async (name) => {
      assert.deepEqual(refusalsOf(await resourcesOf(name)), [], name);
    }),
    { numRuns: 100, examples: [["ab"], ["a".repeat(20)], [`a${"-1".repeat(9)}z`]] },
  );
});

test("names that a service of AWS keeps for itself are refused by that service, and by the configuration", async () => {
  for (const word of owned) {
    const name = `${word}-x`;
    assert.notDeepEqual(refusalsOf(await resourcesOf(name)), [], name);
    assert.ok("problem" in environmentName(name), name);
  }
});

test("every class, node type and version that the configuration accepts exists for AWS", async () => {
  const { resources } = await deploy(environmentConfig);
  const text = JSON.stringify(resources);
  for (const [before, names] of [
    [keys.databaseInstanceClass.default!, databaseInstanceClasses],
    [keys.cacheNodeType.default!, cacheNodeTypes],
    [keys.cacheEngineVersion.default!, ["7.0", "7.1"]],
    [keys.databaseEngineVersion.default!, ["8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.10.4"]],
  ] as const) {
    assert.ok(text.includes(`"${before}"`), before);
    for (const name of names) {
      const changed = text.replaceAll(`"${before}"`, `"${name}"`);
      assert.deepEqual(refusalsOf(JSON.parse(changed) as readonly DeclaredResource[]), [], name);
    }
  }
});
