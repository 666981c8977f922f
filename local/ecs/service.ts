import { makeArn } from "../arn.ts";
import { LocalError } from "../errors.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { flagOf, textOf } from "../values.ts";
import { findCluster } from "./cluster.ts";
import { forgetScheduler, keepScheduler, schedulerOf } from "./running.ts";
import { ServiceScheduler } from "./scheduler.ts";
import { invalid, planOf, type ServicePlan } from "./service-settings.ts";
import { admitPlan, validateService } from "./validate-service.ts";

const type = "aws:ecs/service:Service";
const steadyWithinMs = 120_000;
/** A restarted region waits this long for a service; afterwards it continues in the background. */
const restoredWithinMs = 20_000;

/** Properties that are stored and compared but have no effect on this machine, each with the reason. */
export const recordedProperties: Readonly<Record<string, string>> = {
  orderedPlacementStrategies:
    "tasks are always spread over the zones of the subnets, as the one allowed value says",
  availabilityZoneRebalancing: "each task starts in the emptiest zone, so there is nothing to even out",
  launchType: "only EC2 is made",
  schedulingStrategy: "only REPLICA is made",
  deploymentController: "only ECS is made",
  enableExecuteCommand: "only false is made",
  enableEcsManagedTags: "tags of tasks are made for billing, which this machine has not",
  propagateTags: "as enableEcsManagedTags",
  forceDelete: "a deletion always ends the tasks first",
};

/** `aws:ecs/service:Service`: its tasks are processes on this machine, spread over the zones of its subnets. */
export const service: ResourceHandler = {
  type,
  inputs: [
    "name",
    "cluster",
    "taskDefinition",
    "desiredCount",
    "capacityProviderStrategies",
    "networkConfiguration",
    "loadBalancers",
    "deploymentMinimumHealthyPercent",
    "deploymentMaximumPercent",
    "deploymentCircuitBreaker",
    "healthCheckGracePeriodSeconds",
    "forceNewDeployment",
    "waitForSteadyState",
    "tags",
    ...Object.keys(recordedProperties),
  ],
  replaceOn: ["name", "cluster", "schedulingStrategy", "launchType", "deploymentController"],
  computed: ["id", "arn"],
  autoname: { property: "name", maxLength: 255 },
  deleteBeforeReplace: true,
  validate: validateService,

  async create(region, { urn, name, inputs }) {
    const cluster = findCluster(region, textOf(inputs, "cluster") ?? "default");
    const id = makeArn(region, "ecs", `service/${cluster.outputs.name}/${textOf(inputs, "name")}`);
    if (region.resources.get(type, id)) throw invalid("Creation of service was not idempotent.");
    const plan = planOf(region, inputs);
    admitPlan(region, plan);
    const outputs = { ...inputs, arn: id };
    const resource = { type, id, urn, name, inputs, outputs };
    region.resources.put(resource);
    const scheduler = startScheduler(region, id, { plan, restored: false });
    try {
      await settle(scheduler, resource);
    } catch (error) {
      await scheduler.close();
      // Deleted and created again meanwhile: then it is another service.
      if (schedulerOf(region, id) === scheduler) {
        forgetScheduler(region, id);
        region.resources.remove(type, id);
      }
      throw error;
    }
    return { id, outputs };
  },

  async update(region, resource, inputs) {
    const plan = planOf(region, inputs);
    admitPlan(region, plan);
    const scheduler = schedulerOf(region, resource.id);
    if (scheduler) scheduler.setPlan(plan, { again: flagOf(inputs, "forceNewDeployment") === true });
    await settle(scheduler ?? startScheduler(region, resource.id, { plan, restored: false }), {
      ...resource,
      inputs,
    });
    return { ...inputs, arn: resource.id };
  },

  async read(region, resource) {
    const plan = schedulerOf(region, resource.id)?.plan;
    return { ...resource.outputs, ...(plan && stored(plan)) };
  },

  async delete(region, resource) {
    const scheduler = schedulerOf(region, resource.id);
    await scheduler?.close();
    if (schedulerOf(region, resource.id) === scheduler) forgetScheduler(region, resource.id);
  },

  async restore(region, resource) {
    const plan = planOf(region, resource.outputs);
    const scheduler = startScheduler(region, resource.id, { plan, restored: true });
    await settle(scheduler, { ...resource, withinMs: restoredWithinMs });
  },
};

/** The part of a plan that is in the service's outputs and survives the region's process. */
function stored({ desiredCount, definition }: ServicePlan): Properties {
  return { desiredCount, taskDefinition: definition.arn };
}

/** Stores a plan that changed outside Pulumi: by the API, or by a rollback. */
export function storePlan(region: Region, id: string, plan: ServicePlan): void {
  const resource = region.resources.get(type, id);
  if (resource) region.resources.patch(type, id, { ...resource.outputs, ...stored(plan) });
}

function startScheduler(
  region: Region,
  id: string,
  { plan, restored }: { readonly plan: ServicePlan; readonly restored: boolean },
): ServiceScheduler {
  const scheduler = new ServiceScheduler(region, plan, {
    restored,
    onRollback: (before) => storePlan(region, id, before),
  });
  keepScheduler(region, id, scheduler);
  return scheduler;
}

async function settle(
  scheduler: ServiceScheduler,
  {
    inputs,
    name,
    withinMs = steadyWithinMs,
  }: Pick<Resource, "inputs" | "name"> & { readonly withinMs?: number },
): Promise<void> {
  // Without waiting, as on AWS: failures appear in the service's events and in the region's log.
  if (flagOf(inputs, "waitForSteadyState") !== true) return;
  try {
    await scheduler.waitUntilSteady(withinMs);
  } catch (error) {
    throw new LocalError("DMM_LOCAL_SERVICE_UNSTEADY", { service: name, reason: (error as Error).message });
  }
}
