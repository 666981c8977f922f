import { makeArn } from "../arn.ts";
import { localError } from "../errors.ts";
import { AwsError } from "../operation.ts";
import type { Properties, Realisation, Resource } from "../realisation.ts";
import type { Region } from "../region.ts";
import { flagOf, numberOf, objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { zonesOfSubnets } from "../zones.ts";
import { forgetScheduler, keepScheduler, schedulerOf } from "./running.ts";
import { ServiceScheduler } from "./scheduler.ts";
import type { ServicePlan } from "./service-tasks.ts";
import { findTaskDefinition } from "./task-definition.ts";

const type = "aws:ecs/service:Service";
const steadyWithinMs = 120_000;

/** `aws:ecs/service:Service`: its tasks are processes of this machine, spread over the zones of its subnets. */
export const service: Realisation = {
  type,
  inputs: [
    "name",
    "cluster",
    "taskDefinition",
    "desiredCount",
    "capacityProviderStrategies",
    "networkConfiguration",
    "loadBalancers",
    "orderedPlacementStrategies",
    "availabilityZoneRebalancing",
    "deploymentMinimumHealthyPercent",
    "deploymentMaximumPercent",
    "deploymentCircuitBreaker",
    "healthCheckGracePeriodSeconds",
    "enableEcsManagedTags",
    "propagateTags",
    "forceDelete",
    "forceNewDeployment",
    "waitForSteadyState",
    "tags",
    "enableExecuteCommand",
    "deploymentController",
    "schedulingStrategy",
    "launchType",
  ],
  replaceOn: ["name", "cluster", "schedulingStrategy", "launchType", "deploymentController"],
  computed: ["id", "arn"],
  autoname: { property: "name", maxLength: 255 },
  deleteBeforeReplace: true,

  async create(region, { urn, name, inputs }) {
    const clusterName = clusterNameOf(region, inputs);
    const id = makeArn(region, "ecs", `service/${clusterName}/${textOf(inputs, "name")}`);
    if (region.resources.get(type, id)) {
      throw new AwsError(
        "InvalidParameterException",
        `Creation of service was not idempotent: ${id} exists already.`,
      );
    }
    const outputs = { ...inputs, arn: id };
    const resource = { type, id, urn, name, inputs, outputs };
    const scheduler = new ServiceScheduler(region, planOf(region, inputs));
    keepScheduler(region, id, scheduler);
    region.resources.put(resource);
    try {
      await settle(scheduler, resource);
    } catch (error) {
      await scheduler.close();
      forgetScheduler(region, id);
      region.resources.remove(type, id);
      throw error;
    }
    return { id, outputs };
  },

  async update(region, resource, inputs) {
    const plan = planOf(region, inputs);
    const scheduler = schedulerOf(region, resource.id) ?? new ServiceScheduler(region, plan);
    keepScheduler(region, resource.id, scheduler);
    scheduler.setPlan(plan, { again: flagOf(inputs, "forceNewDeployment") === true });
    await settle(scheduler, { ...resource, inputs });
    return { ...inputs, arn: resource.id };
  },

  async read(region, resource) {
    const scheduler = schedulerOf(region, resource.id);
    return { ...resource.outputs, desiredCount: scheduler?.plan.desiredCount ?? 0 };
  },

  async delete(region, resource) {
    await schedulerOf(region, resource.id)?.close();
    forgetScheduler(region, resource.id);
  },

  async restore(region, resource) {
    const scheduler = new ServiceScheduler(region, planOf(region, resource.outputs));
    keepScheduler(region, resource.id, scheduler);
    await settle(scheduler, resource);
  },
};

async function settle(
  scheduler: ServiceScheduler,
  { inputs, name }: Pick<Resource, "inputs" | "name">,
): Promise<void> {
  const steady = scheduler.waitUntilSteady(steadyWithinMs);
  if (flagOf(inputs, "waitForSteadyState") !== true) {
    // Nobody waits, as on AWS: what goes wrong is in the service's state and in the region's log.
    steady.catch(() => undefined);
    return;
  }
  try {
    await steady;
  } catch (error) {
    throw localError("DMM_LOCAL_SERVICE_UNSTEADY", { service: name, reason: (error as Error).message });
  }
}

function clusterNameOf(region: Region, inputs: Properties): string {
  return findCluster(region, textOf(inputs, "cluster") ?? "default").outputs.name as string;
}

/** By name or ARN. @throws AwsError ClusterNotFoundException */
export function findCluster(region: Region, reference: string): Resource {
  const found = region.resources.find(
    "aws:ecs/cluster:Cluster",
    ({ id, outputs }) => id === reference || outputs.name === reference,
  );
  if (!found) throw new AwsError("ClusterNotFoundException", `Cluster ${reference} not found.`);
  return found;
}

function planOf(region: Region, inputs: Properties): ServicePlan {
  const network = objectOf(inputs, "networkConfiguration");
  if (!network)
    throw new AwsError(
      "InvalidParameterException",
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    );
  return {
    service: textOf(inputs, "name") ?? "",
    clusterArn: findCluster(region, textOf(inputs, "cluster") ?? "default").id,
    definition: findTaskDefinition(region, textOf(inputs, "taskDefinition") ?? ""),
    desiredCount: numberOf(inputs, "desiredCount") ?? 0,
    targets: objectsOf(inputs, "loadBalancers").map((entry) => ({
      targetGroupArn: textOf(entry, "targetGroupArn") ?? "",
      containerPort: numberOf(entry, "containerPort") ?? 0,
    })),
    zones: zonesOfSubnets(region, textsOf(network, "subnets")),
  };
}
