import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "tap";
import { type DeclaredResource, deploy, environmentConfig, productionConfig } from "./deployed.ts";

const require = createRequire(import.meta.url);
const environment = await deploy(environmentConfig);
const production = await deploy(productionConfig);

/** Whether AWS supports tags for the type, according to its SDK class. */
async function takesTags({ type }: DeclaredResource): Promise<boolean> {
  const [, module = "", name = ""] = /^aws:([a-z0-9]+)\/\w+:(\w+)$/i.exec(type) ?? [];
  if (module === "") return type.startsWith("awsx:");
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const source = require(`@pulumi/aws/${module}/${file}.js`)[name].toString();
  return source.includes('resourceInputs["tags"]');
}

function tagsOf({ type, inputs }: DeclaredResource): Record<string, unknown> {
  if (type !== "aws:autoscaling/group:Group") return inputs.tags ?? {};
  return Object.fromEntries(
    inputs.tags.map(({ key, value }: { key: string; value: string }) => [key, value]),
  );
}

test("everything that can be tagged names environment and owner", async () => {
  let carriers = 0;
  for (const resource of environment.resources) {
    if (!(await takesTags(resource))) continue;
    carriers += 1;
    const tags = tagsOf(resource);
    assert.equal(tags["dmm:environment"], "feature-x", resource.urn);
    assert.equal(tags["dmm:owner"], "somebody", resource.urn);
  }
  assert.ok(carriers > 70, `${carriers} carry tags`);
});

test("instances and their disks have the tags too", async () => {
  const { inputs } = environment.one("aws:ec2/launchTemplate:LaunchTemplate", "instances");
  const specifications: { resourceType: string; tags: Record<string, string> }[] = inputs.tagSpecifications;
  assert.deepEqual(
    specifications.map((it) => it.resourceType),
    ["instance", "volume", "network-interface"],
  );
  for (const { tags } of specifications) assert.equal(tags["dmm:environment"], "feature-x");
});

test("the end of an environment is a tag of its cluster only, so that a longer lifetime changes nothing else", async () => {
  const tagged = environment.resources.filter((resource) =>
    JSON.stringify(resource.inputs).includes("dmm:expires"),
  );
  assert.deepEqual(
    tagged.map(({ type }) => type),
    ["aws:ecs/cluster:Cluster"],
  );
  assert.equal(tagged[0]?.inputs.tags["dmm:expires"], "2026-11-24T18:00:00Z");
  const longer = await deploy({ ...environmentConfig, expires: "2027-01-01T00:00:00Z" });
  const earlier = new Map(environment.resources.map(({ urn, inputs }) => [urn, JSON.stringify(inputs)]));
  const changed = longer.resources.filter(({ urn, inputs }) => JSON.stringify(inputs) !== earlier.get(urn));
  assert.deepEqual(
    changed.map(({ type }) => type),
    ["aws:ecs/cluster:Cluster"],
  );
});

test("production has no end", async () => {
  assert.ok(!JSON.stringify(production.resources.map(({ inputs }) => inputs)).includes("dmm:expires"));
});

test("every name begins with the environment's, so that leftovers can be found by name", async () => {
  const nameOf = /^(name|bucket|identifier|clusterIdentifier|replicationGroupId)$/;
  for (const { type, inputs, urn } of environment.resources) {
    if (type === "aws:route53/record:Record" || /bucket[A-Z]/.test(type)) continue;
    for (const [property, value] of Object.entries(inputs)) {
      if (nameOf.test(property))
        assert.match(String(value), /^(alias\/|\/dmm-env\/)?feature-x[-/]/, `${urn} ${property}`);
    }
  }
});

test("no two resources of a type share a name", async () => {
  const names = environment.resources
    .filter(({ inputs }) => inputs.name !== undefined)
    .map(({ type, inputs }) => `${type} ${inputs.name} ${inputs.type ?? ""}`);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test("the longest environment name keeps load balancers, target groups and trust stores within 32 characters", async () => {
  const deployed = await deploy({ ...environmentConfig, environment: "a2345678901234567890" });
  for (const { type, inputs } of deployed.resources) {
    if (type.startsWith("aws:lb/") && inputs.name !== undefined)
      assert.ok(inputs.name.length <= 32, inputs.name);
    if (type === "aws:s3/bucket:Bucket") assert.ok(inputs.bucket.length <= 63, inputs.bucket);
    if (type === "aws:elasticache/replicationGroup:ReplicationGroup")
      assert.ok(inputs.replicationGroupId.length <= 40);
  }
});
