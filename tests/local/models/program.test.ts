import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { admitResource } from "../../../local/models/resources/admit.ts";
import type { Properties } from "../../../local/resource.ts";
import { environmentName } from "../../../stacks/config/config.ts";
import { type DeclaredResource, deploy, environmentConfig, productionConfig } from "../../stacks/deployed.ts";

/** What AWS's models refuse of a program's resources, each with the resource's name. */
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

test("AWS's models accept every resource of an environment of any name that is accepted", {
  timeout: 120_000,
}, async () => {
  const { resources } = await deploy({ ...environmentConfig, environment: placeholder });
  const text = JSON.stringify(resources);
  fc.assert(
    fc.property(acceptedName, (name) => {
      const renamed = JSON.parse(text.replaceAll(placeholder, name)) as readonly DeclaredResource[];
      assert.deepEqual(refusalsOf(renamed), [], name);
    }),
    { numRuns: 100, examples: [["ab"], ["a".repeat(20)], [`a${"-1".repeat(9)}z`]] },
  );
});

const acceptedName = fc
  .stringMatching(/^[a-z][a-z0-9-]{1,19}$/)
  .filter((name) => "value" in environmentName(name));
