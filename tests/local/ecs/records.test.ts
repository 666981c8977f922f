import assert from "node:assert/strict";
import { before, t, test } from "tap";
import type { Properties, Resource } from "../../../local/resource.ts";
import { type Fixture, openFixture } from "./fixtures.ts";
import { createService, define } from "./services.ts";

const templateType = "aws:ec2/launchTemplate:LaunchTemplate";
const groupType = "aws:autoscaling/group:Group";
const providerType = "aws:ecs/capacityProvider:CapacityProvider";
const associationType = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders";
let fixture: Fixture;
let template: Resource;
let group: Resource;

function groupInputs(more: Properties = {}): Properties {
  const launchTemplate = { id: template.id, version: "$Latest" };
  return {
    name: "t-group",
    minSize: 1,
    maxSize: 3,
    launchTemplate,
    vpcZoneIdentifiers: ["subnet-a"],
    ...more,
  };
}

before(async () => {
  fixture = await openFixture();
  template = await fixture.make(templateType, { name: "t-instances", instanceType: "c7g.xlarge" });
  group = await fixture.make(groupType, groupInputs());
});
t.teardown(() => fixture[Symbol.asyncDispose]());

test("a changed launch template has a new version, which is the default only if requested", async () => {
  const made = await fixture.make(templateType, { name: "t-other", instanceType: "c7g.large" });
  assert.deepEqual([made.outputs.latestVersion, made.outputs.defaultVersion], [1, 1]);
  const second = await fixture.change(made, { name: "t-other", instanceType: "c7g.xlarge" });
  assert.deepEqual([second.outputs.latestVersion, second.outputs.defaultVersion], [2, 1]);
  const third = await fixture.change(second, {
    name: "t-other",
    instanceType: "c7g.2xlarge",
    updateDefaultVersion: true,
  });
  assert.deepEqual([third.outputs.latestVersion, third.outputs.defaultVersion], [3, 3]);
});

test("a group refers to its template by id or name and uses the zones of its subnets", async () => {
  const byName = await fixture.make(
    groupType,
    groupInputs({
      name: "t-by-name",
      launchTemplate: { name: "t-instances" },
      vpcZoneIdentifiers: ["subnet-b"],
    }),
  );
  assert.deepEqual(byName.outputs.availabilityZones, ["eu-west-1b"]);
  const moved = await fixture.change(byName, groupInputs({ name: "t-by-name" }));
  assert.deepEqual(moved.outputs.availabilityZones, ["eu-west-1a"]);
  assert.equal(moved.outputs.arn, byName.outputs.arn);
});

const provider = (more: Properties = {}) => ({
  name: "t-capacity",
  autoScalingGroupProvider: { autoScalingGroupArn: group.outputs.arn ?? "" },
  ...more,
});

const refusals: readonly (readonly [string, () => Promise<Resource>, RegExp])[] = [
  ["a template of a taken name", () => fixture.make(templateType, { name: "t-instances" }), /already in use/],
  [
    "a group of an unknown template",
    () => fixture.make(groupType, groupInputs({ name: "t-x", launchTemplate: { id: "lt-0" } })),
    /lt-0 does not exist/,
  ],
  ["a group of a taken name", () => fixture.make(groupType, groupInputs()), /already exists: t-group/],
  [
    "a group whose sizes are out of order",
    () => fixture.make(groupType, groupInputs({ name: "t-x", desiredCapacity: 9 })),
    /desiredCapacity 9/,
  ],
  [
    "a provider of an unknown group",
    () =>
      fixture.make(providerType, provider({ autoScalingGroupProvider: { autoScalingGroupArn: "arn:x" } })),
    /arn:x does not exist/,
  ],
  [
    "a provider of a reserved name",
    () => fixture.make(providerType, provider({ name: "ecs-x" })),
    /must not begin/,
  ],
  [
    "a cluster with an unknown provider",
    () => fixture.make(associationType, { clusterName: "t-main", capacityProviders: ["t-none"] }),
    /t-none was not found/,
  ],
  [
    "a second cluster of one name",
    () => fixture.make("aws:ecs/cluster:Cluster", { name: "t-main" }),
    /exists already/,
  ],
];

for (const [what, attempt, message] of refusals) {
  test(`${what} is refused as AWS refuses it`, async () => {
    await assert.rejects(attempt(), { name: "AwsError", message });
  });
}

test("a resource in use is not deleted: a provider of a cluster, a cluster of services", async () => {
  const capacity = await fixture.make(providerType, provider());
  const association = await fixture.make(associationType, {
    clusterName: "t-main",
    capacityProviders: ["t-capacity"],
  });
  await assert.rejects(fixture.remove(capacity), { code: "ResourceInUseException" });
  const strategy = { capacityProviderStrategies: [{ capacityProvider: "t-capacity", weight: 1 }] };
  const service = await createService(fixture, await define(fixture), { desiredCount: 0, ...strategy });
  await assert.rejects(fixture.remove(fixture.cluster), { code: "ClusterContainsServicesException" });
  for (const resource of [service, association, capacity]) await fixture.remove(resource);
});

test("a task definition gets a new revision each time, and never a former one", async () => {
  const [first, second] = [await define(fixture), await define(fixture)];
  const revision = Number(first.outputs.revision);
  assert.equal(second.outputs.revision, revision + 1);
  await fixture.remove(second);
  assert.equal((await define(fixture)).outputs.revision, revision + 2);
  assert.equal(first.outputs.arnWithoutRevision, first.id.replace(/:\d+$/, ""));
});

test("a task definition with an unknown role is refused by the role's name", async () => {
  const roles = { executionRoleArn: "arn:aws:iam::1:role/none" };
  await assert.rejects(define(fixture, {}, roles), {
    code: "ClientException",
    message: /role\/none does not exist/,
  });
});
