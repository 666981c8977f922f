import { balancerArnOfGroup } from "../elb/balancer-registry.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { flagOf, numberOf, objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { invalid, type ServicePlan } from "./service-settings.ts";

/** Properties with several values on AWS of which the region supports one. */
const only: Readonly<Record<string, string>> = { schedulingStrategy: "REPLICA", launchType: "EC2" };

/** Problems of a service's inputs, independent of other resources. */
export function validateService(inputs: Properties): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  for (const [property, allowed] of Object.entries(only)) {
    const value = textOf(inputs, property);
    if (value !== undefined && value !== allowed)
      refuse(property, `it is ${value}; the local region supports ${allowed} only.`);
  }
  const controller = textOf(objectOf(inputs, "deploymentController") ?? {}, "type") ?? "ECS";
  if (controller !== "ECS")
    refuse("deploymentController.type", `it is ${controller}; the local region supports ECS only.`);
  if (flagOf(inputs, "enableExecuteCommand") === true)
    refuse("enableExecuteCommand", "the local region does not support it.");
  for (const { type, field } of objectsOf(inputs, "orderedPlacementStrategies")) {
    if (type !== "spread" || field !== "attribute:ecs.availability-zone")
      refuse("orderedPlacementStrategies", `${type} of ${field}; tasks are spread over zones here.`);
  }
  const count = numberOf(inputs, "desiredCount");
  if (count !== undefined && (count < 0 || !Number.isInteger(count)))
    refuse("desiredCount", `it is ${count}; it must be a whole number from 0.`);
  for (const entry of objectsOf(inputs, "loadBalancers")) {
    if (textOf(entry, "elbName") !== undefined)
      refuse("loadBalancers", "elbName is a Classic Load Balancer; give targetGroupArn.");
  }
  return failures;
}

/** Refuses what ECS refuses of an otherwise valid plan. @throws AwsError InvalidParameterException */
export function admitPlan(region: Region, plan: ServicePlan): void {
  const { container } = plan.definition;
  for (const { targetGroupArn, containerName, containerPort } of plan.targets) {
    if (!region.resources.get("aws:lb/targetGroup:TargetGroup", targetGroupArn))
      throw invalid(`Unable to find the target group ${targetGroupArn}.`);
    if (balancerArnOfGroup(region, targetGroupArn) === undefined)
      throw invalid(
        `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
      );
    if (containerName !== container.name)
      throw invalid(`The container ${containerName} does not exist in the task definition.`);
    if (!container.ports.includes(containerPort))
      throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`);
  }
  admitCapacity(region, plan);
}

function admitCapacity(region: Region, { capacityProvider, clusterArn }: ServicePlan): void {
  if (capacityProvider === undefined) return;
  const name = clusterArn.slice(clusterArn.lastIndexOf("/") + 1);
  const known = region.resources
    .all("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders")
    .filter(({ inputs }) => inputs.clusterName === name)
    .flatMap(({ inputs }) => textsOf(inputs, "capacityProviders"));
  if (!known.includes(capacityProvider))
    throw invalid(
      `The specified capacity provider '${capacityProvider}' is not associated with the cluster ${name}.`,
    );
}
