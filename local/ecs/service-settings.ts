import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import { flagOf, numberOf, objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { zonesOfSubnets } from "../zones.ts";
import { findCluster } from "./cluster.ts";
import { findTaskDefinition, type TaskDefinition } from "./task-definition.ts";

/** Where a service's tasks receive requests: one of its `loadBalancers`. */
export interface ServiceTarget {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

/** The desired state of a service and its tasks. */
export interface ServicePlan {
  readonly service: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinition;
  readonly desiredCount: number;
  readonly targets: readonly ServiceTarget[];
  /** Zone numbers, from 1. */
  readonly zones: readonly number[];
  readonly capacityProvider: string | undefined;
  /** Shares of the desired count that must stay healthy, and that may run, during a deployment. */
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: { readonly enabled: boolean; readonly rollback: boolean };
  /** How long after its start a task cannot be reported as unhealthy. */
  readonly healthCheckGraceMs: number;
}

/** Reads the inputs of a service; throws for references that do not exist. @throws AwsError */
export function planOf(region: Region, inputs: Properties): ServicePlan {
  const network = objectOf(inputs, "networkConfiguration");
  if (!network)
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  const subnets = textsOf(network, "subnets");
  if (subnets.length === 0) throw invalid("subnets can not be empty.");
  const breaker = objectOf(inputs, "deploymentCircuitBreaker") ?? {};
  return {
    service: textOf(inputs, "name") ?? "",
    clusterArn: findCluster(region, textOf(inputs, "cluster") ?? "default").id,
    definition: findTaskDefinition(region, textOf(inputs, "taskDefinition") ?? ""),
    desiredCount: numberOf(inputs, "desiredCount") ?? 0,
    targets: objectsOf(inputs, "loadBalancers").map((entry) => ({
      targetGroupArn: textOf(entry, "targetGroupArn") ?? "",
      containerName: textOf(entry, "containerName") ?? "",
      containerPort: numberOf(entry, "containerPort") ?? 0,
    })),
    zones: zonesOfSubnets(region, subnets),
    capacityProvider: textOf(objectsOf(inputs, "capacityProviderStrategies")[0] ?? {}, "capacityProvider"),
    minimumHealthyPercent: numberOf(inputs, "deploymentMinimumHealthyPercent") ?? 100,
    maximumPercent: numberOf(inputs, "deploymentMaximumPercent") ?? 200,
    circuitBreaker: {
      enabled: flagOf(breaker, "enable") === true,
      rollback: flagOf(breaker, "rollback") === true,
    },
    healthCheckGraceMs: (numberOf(inputs, "healthCheckGracePeriodSeconds") ?? 0) * 1000,
  };
}

/** Whether a change of plan needs other tasks: ECS then creates a new deployment. */
export function differInTasks(one: ServicePlan, other: ServicePlan): boolean {
  const ofTasks = ({ definition, targets, zones, capacityProvider }: ServicePlan) => ({
    definition: definition.arn,
    targets,
    zones,
    capacityProvider,
  });
  return !isDeepStrictEqual(ofTasks(one), ofTasks(other));
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
