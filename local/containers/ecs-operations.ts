import { AwsError, type AwsRequest, type Operations } from "../operation.ts";
import type { Resource } from "../realisation.ts";
import type { Region } from "../region.ts";
import { describeService, describeTask } from "./descriptions.ts";
import { listTasks, schedulerOf } from "./running.ts";
import { findCluster } from "./service.ts";
import { findTaskDefinition } from "./task-definition.ts";

const serviceType = "aws:ecs/service:Service";

/** Operations of Amazon ECS that the region answers from its living processes. */
export const ecsOperations: Operations = {
  async DescribeClusters(region, { input }) {
    const wanted = textList(input.clusters, ["default"]);
    const found = wanted.map((reference) => tryFind(() => findCluster(region, reference)));
    const clusters = found
      .filter((cluster) => cluster !== undefined)
      .map((cluster) => describeCluster(region, cluster));
    const failures = wanted
      .filter((_, index) => found[index] === undefined)
      .map((arn) => ({ arn, reason: "MISSING" }));
    return { clusters, failures };
  },

  async ListServices(region, { input }) {
    const cluster = clusterOf(region, input);
    return { serviceArns: servicesOf(region, cluster).map(({ id }) => id) };
  },

  async DescribeServices(region, { input }) {
    const services = servicesOf(region, clusterOf(region, input));
    const wanted = textList(input.services);
    const found = wanted.map((reference) => services.find((service) => isNamed(service, reference)));
    return {
      services: found
        .filter((service) => service !== undefined)
        .map((service) => describeService(region, service)),
      failures: wanted.filter((_, index) => !found[index]).map((arn) => ({ arn, reason: "MISSING" })),
    };
  },

  async ListTasks(region, { input }) {
    const cluster = clusterOf(region, input);
    const stopped = input.desiredStatus === "STOPPED";
    const tasks = listTasks(region).filter(
      ({ task }) =>
        task.clusterArn === cluster.id &&
        (input.serviceName === undefined || isName(task.service, String(input.serviceName))) &&
        (input.family === undefined || task.definition.family === input.family) &&
        (task.status === "STOPPED" || task.status === "STOPPING") === stopped,
    );
    return { taskArns: tasks.map(({ task }) => task.arn) };
  },

  async DescribeTasks(region, { input }) {
    const wanted = textList(input.tasks);
    const found = wanted.map((reference) => findTask(region, reference));
    const healthy = new Set(
      (
        await Promise.all(
          [...new Set(found.map((entry) => entry?.scheduler))].map((scheduler) =>
            scheduler?.tasks.readHealthy(scheduler.plan),
          ),
        )
      )
        .flatMap((tasks) => tasks ?? [])
        .map(({ arn }) => arn),
    );
    return {
      tasks: found
        .filter((entry) => entry !== undefined)
        .map(({ task }) => describeTask(task, healthy.has(task.arn))),
      failures: wanted.filter((_, index) => !found[index]).map((arn) => ({ arn, reason: "MISSING" })),
    };
  },

  async StopTask(region, { input }) {
    const found = findTask(region, String(input.task));
    if (!found || found.task.status === "STOPPED")
      throw new AwsError("InvalidParameterException", "The referenced task was not found.");
    const ended = found.scheduler.stopTask(found.task, String(input.reason ?? "Task stopped by user"));
    // StopTask answers at once; DescribeTasks tells when the task has stopped.
    ended.catch((error: unknown) =>
      region.log("task.stop-failed", { task: found.task.id, reason: String(error) }),
    );
    return { task: describeTask(found.task, false) };
  },

  async UpdateService(region, { input }) {
    const service = findService(region, input);
    const scheduler = schedulerOf(region, service.id);
    if (!scheduler)
      throw new AwsError(
        "ServiceNotActiveException",
        "The service isn't active; the region is being released.",
      );
    const plan = {
      ...scheduler.plan,
      ...(typeof input.desiredCount === "number" ? { desiredCount: input.desiredCount } : {}),
      ...(input.taskDefinition === undefined
        ? {}
        : { definition: findTaskDefinition(region, String(input.taskDefinition)) }),
    };
    scheduler.setPlan(plan, { again: input.forceNewDeployment === true });
    scheduler
      .waitUntilSteady(120_000)
      .catch((error: unknown) =>
        region.log("service.unsteady", { service: service.name, reason: String(error) }),
      );
    const outputs = {
      ...service.outputs,
      desiredCount: plan.desiredCount,
      taskDefinition: plan.definition.arn,
    };
    region.resources.patch(serviceType, service.id, outputs);
    return { service: describeService(region, { ...service, outputs }) };
  },
};

/** A living or remembered task by id or ARN. */
export function findTask(region: Region, reference: string) {
  return listTasks(region).find(({ task }) => task.arn === reference || task.id === reference);
}

function findService(region: Region, input: AwsRequest["input"]): Resource {
  const service = servicesOf(region, clusterOf(region, input)).find((candidate) =>
    isNamed(candidate, String(input.service)),
  );
  if (!service) throw new AwsError("ServiceNotFoundException", `Service ${input.service} not found.`);
  return service;
}

function clusterOf(region: Region, input: AwsRequest["input"]): Resource {
  return findCluster(region, String(input.cluster ?? "default"));
}

function servicesOf(region: Region, cluster: Resource): readonly Resource[] {
  return region.resources
    .all(serviceType)
    .filter(({ inputs }) => inputs.cluster === cluster.id || inputs.cluster === cluster.outputs.name);
}

function isNamed({ id, outputs }: Resource, reference: string): boolean {
  return id === reference || outputs.name === reference;
}

function isName(name: string, reference: string): boolean {
  return name === reference || reference.endsWith(`/${name}`);
}

function describeCluster(region: Region, cluster: Resource): Record<string, unknown> {
  const tasks = listTasks(region).filter(({ task }) => task.clusterArn === cluster.id);
  return {
    clusterArn: cluster.id,
    clusterName: cluster.outputs.name,
    status: "ACTIVE",
    runningTasksCount: tasks.filter(({ task }) => task.status === "RUNNING").length,
    pendingTasksCount: tasks.filter(({ task }) => task.status === "PENDING").length,
    activeServicesCount: servicesOf(region, cluster).length,
  };
}

function textList(value: unknown, fallback: readonly string[] = []): readonly string[] {
  return Array.isArray(value) ? value.map(String) : fallback;
}

function tryFind<Found>(find: () => Found): Found | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}
