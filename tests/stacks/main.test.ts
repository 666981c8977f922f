import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { test } from "tap";
import { ConfigError } from "../../stacks/config/config.ts";
import { StackError } from "../../stacks/errors.ts";
import * as entry from "../../stacks/main.ts";
import { deploy, environmentConfig, productionConfig } from "./deployed.ts";

const root = join(import.meta.dirname, "..", "..");

test("the project's main is a module whose only export is the program", async () => {
  const project = readFileSync(join(root, "Pulumi.yaml"), "utf8");
  assert.match(project, /^main: stacks\/main\.ts$/m);
  assert.deepEqual(Object.keys(entry), ["default"]);
  assert.equal(typeof entry.default, "function");
});

test("nothing in the project or the program names the local target", async () => {
  assert.doesNotMatch(readFileSync(join(root, "Pulumi.yaml"), "utf8"), /local|plugins|\.dmm-env/);
});

test("the outputs have the shape that the outside reads", async () => {
  const { outputs } = await deploy(environmentConfig);
  assert.deepEqual(Object.keys(outputs).sort(), [
    "access",
    "cache",
    "compute",
    "database",
    "environment",
    "ingress",
    "logs",
    "network",
    "region",
    "verifier",
  ]);
  assert.equal(outputs.ingress.port, 443);
  assert.deepEqual(outputs.access?.networks, ["203.0.113.0/24", "198.51.100.7/32"]);
  assert.equal(outputs.verifier.secretParameter, "/dmm-env/feature-x/verifier-secret");
});

test("production has no access data in its outputs", async () => {
  assert.equal((await deploy(productionConfig)).outputs.access, null);
});

test("an invalid configuration is refused before the first resource", async () => {
  await assert.rejects(
    deploy({ ...environmentConfig, insiders: "" }),
    (error) => error instanceof ConfigError && pulumi.RunError.isInstance(error),
  );
});

test("a Region without one of the configured zones is refused before the first resource", async () => {
  await assert.rejects(deploy(environmentConfig, { zones: ["b", "c"] }), (error) => {
    assert.ok(error instanceof StackError && error.code === "DMM_STACKS_REGION_UNFIT");
    assert.equal(error.message, "Region eu-west-1 has no zone euw1-az3 for this account.");
    return true;
  });
});

test("zones are those of the configured ids, in their order, by the account's names", async () => {
  const { availabilityZones } = (await deploy(environmentConfig)).outputs.network;
  assert.deepEqual(availabilityZones, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
});

test("two environments share no name", async () => {
  const names = async (environment: string) =>
    (await deploy({ ...environmentConfig, environment })).resources.map(
      (it) => it.inputs.name ?? it.inputs.bucket,
    );
  const [one, other] = [await names("feature-x"), new Set(await names("feature-y"))];
  assert.deepEqual(
    one.filter((name) => name !== undefined && other.has(name)),
    [],
  );
});
