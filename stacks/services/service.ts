import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Compute } from "../compute/compute.ts";
import type { Deployment } from "../deployment.ts";
import { differing } from "../differences.ts";
import type { Network } from "../network/network.ts";
import { createExecutionRole, createTaskRole } from "./roles.ts";
import type { ServiceSpec } from "./service-spec.ts";
import { createTaskDefinition } from "./task-definition.ts";

/** Where services run. */
export interface ServiceContext {
  readonly network: Network;
  readonly compute: Compute;
  readonly key: aws.kms.Key;
}

/** A service with its log, its roles and its task definition; ready when it is steady. */
export function createService(
  parent: pulumi.Resource,
  deployment: Deployment,
  { context, spec }: { readonly context: ServiceContext; readonly spec: ServiceSpec },
): aws.ecs.Service {
  const logGroup = createLogGroup(parent, deployment, spec.name);
  const parameters = Object.values(spec.secrets);
  const names = { service: spec.name };
  const execution = createExecutionRole(parent, deployment, {
    ...names,
    logGroup,
    parameters,
    key: context.key,
  });
  const task =
    spec.permissions.length > 0
      ? createTaskRole(parent, deployment, { ...names, statements: spec.permissions })
      : undefined;
  const definition = createTaskDefinition(parent, deployment, { spec, logGroup, execution, task });
  const ways = context.network.rulesOf(spec.name);
  const waitsFor = [...ways, context.compute.association, execution.policy, ...spec.waitsFor];
  if (task !== undefined) waitsFor.push(task.policy);
  return run(parent, deployment, { context, spec, definition, waitsFor });
}

function createLogGroup(parent: pulumi.Resource, { names, config }: Deployment, service: string) {
  return new aws.cloudwatch.LogGroup(
    service,
    { name: names.path(service), retentionInDays: config.logRetentionDays, tags: names.tags(service) },
    { parent },
  );
}

interface RunArgs {
  readonly context: ServiceContext;
  readonly spec: ServiceSpec;
  readonly definition: aws.ecs.TaskDefinition;
  readonly waitsFor: pulumi.Resource[];
}

function run(
  parent: pulumi.Resource,
  { config, names }: Deployment,
  { context, spec, definition, waitsFor }: RunArgs,
): aws.ecs.Service {
  const { network, compute } = context;
  return new aws.ecs.Service(
    spec.name,
    {
      name: names.of(spec.name),
      cluster: compute.cluster.arn,
      taskDefinition: definition.arn,
      desiredCount: spec.count,
      capacityProviderStrategies: [{ capacityProvider: compute.capacityProvider.name, base: 1, weight: 1 }],
      networkConfiguration: {
        subnets: network.privateSubnetIds,
        securityGroups: [network.groups[spec.name].id],
      },
      loadBalancers: [
        { targetGroupArn: spec.targets.arn, containerName: spec.name, containerPort: config.servicePort },
      ],
      orderedPlacementStrategies: [{ type: "spread", field: "attribute:ecs.availability-zone" }],
      availabilityZoneRebalancing: "ENABLED",
      // New tasks are healthy before an old one stops; a deployment that cannot achieve that is rolled back.
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriodSeconds: 30,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      forceDelete: differing(config, "aws:ecs/service:Service", "forceDelete"),
      waitForSteadyState: true,
      tags: names.tags(spec.name),
    },
    { parent, dependsOn: waitsFor },
  );
}
