import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { validateService } from "../../../local/ecs/validate-service.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import { type Fixture, makeTargetGroup, openFixture } from "./fixtures.ts";
import { createService, define, serviceType, taskProcesses } from "./services.ts";

let fixture: Fixture;
let definition: Resource;
let lonely: Resource;

before(async () => {
  fixture = await openFixture();
  definition = await define(fixture);
  lonely = await makeTargetGroup(fixture.region, "t-lonely");
});
t.teardown(() => fixture[Symbol.asyncDispose]());

const target = (more: Properties = {}) => [
  { targetGroupArn: fixture.targetGroup.id, containerName: "main", containerPort: 8080, ...more },
];

const refusals: readonly (readonly [string, () => Properties, RegExp])[] = [
  ["a cluster that does not exist", () => ({ cluster: "other" }), /Cluster not found: other/],
  ["a definition that does not exist", () => ({ taskDefinition: "t-main:99" }), /t-main:99/],
  ["no subnets", () => ({ networkConfiguration: { subnets: [] } }), /subnets can not be empty/],
  ["a subnet that does not exist", () => ({ networkConfiguration: { subnets: ["subnet-z"] } }), /subnet-z/],
  ["no network", () => ({ networkConfiguration: {} }), /subnets can not be empty/],
  [
    "a target group that does not exist",
    () => ({ loadBalancers: target({ targetGroupArn: "arn:other" }) }),
    /Unable to find the target group arn:other/,
  ],
  [
    "a target group that no listener leads to",
    () => ({ loadBalancers: target({ targetGroupArn: lonely.id }) }),
    /does not have an associated load balancer/,
  ],
  [
    "a container that does not exist",
    () => ({ loadBalancers: target({ containerName: "side" }) }),
    /container side does not exist/,
  ],
  [
    "a port that the container does not have",
    () => ({ loadBalancers: target({ containerPort: 9090 }) }),
    /did not have a container port 9090/,
  ],
  [
    "a capacity provider that the cluster does not have",
    () => ({ capacityProviderStrategies: [{ capacityProvider: "t-other", weight: 1 }] }),
    /'t-other' is not associated/,
  ],
];

for (const [what, more, message] of refusals) {
  test(`a service with ${what} is refused before anything runs`, async () => {
    await assert.rejects(createService(fixture, definition, more()), { name: "AwsError", message });
    assert.deepEqual(taskProcesses(fixture), []);
    assert.deepEqual(fixture.region.resources.all(serviceType), []);
  });
}

test("properties with unsupported values are refused all at once", async () => {
  const failures = validateService({
    schedulingStrategy: "DAEMON",
    launchType: "FARGATE",
    deploymentController: { type: "CODE_DEPLOY" },
    enableExecuteCommand: true,
    orderedPlacementStrategies: [{ type: "binpack", field: "memory" }],
    desiredCount: 1.5,
    loadBalancers: [{ elbName: "old" }],
  });
  assert.deepEqual(
    failures.map(({ property }) => property),
    [
      "schedulingStrategy",
      "launchType",
      "deploymentController.type",
      "enableExecuteCommand",
      "orderedPlacementStrategies",
      "desiredCount",
      "loadBalancers",
    ],
  );
});
