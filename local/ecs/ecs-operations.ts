import { AwsError, type AwsRequest, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { findCluster, servicesOf } from "./cluster.ts";
import { describeCluster, describeService, describeTask } from "./descriptions.ts";
import { listTasks, schedulerOf } from "./running.ts";
import { storePlan } from "./service.ts";
import { invalid } from "./service-settings.ts";
import { readTaskHealth } from "./targets.ts";
import { isLiving } from "./task.ts";
import { describeTaskDefinition, findTaskDefinition } from "./task-definition.ts";
import { admitPlan } from "./validate-service.ts";

type Input = AwsRequest["input"];

/** Operations of Amazon ECS that the region serves from its running processes. */
export const ecsOperations: Operations = {
  async DescribeClusters(region, { input }) {
    admitMembers(input, ["clusters", "include"]);
    const { found, failures } = resolveAll(textList(input.clusters, ["default"]), (reference) => {
      try {
        return findCluster(region, reference);
      } catch {
        return undefined;
      }
    });
    return { clusters: found.map((cluster) => describeCluster(region, cluster)), failures };
  },

  async ListServices(region, { input }) {
    admitMembers(input, ["cluster", "maxResults"]);
    return { serviceArns: servicesOf(region, clusterOf(region, input)).map(({ id }) => id) };
  },

  async DescribeServices(region, { input }) {
    admitMembers(input, ["cluster", "services", "include"]);
    const services = servicesOf(region, clusterOf(region, input));
    const { found, failures } = resolveAll(textList(input.services), (reference) =>
      services.find((service) => isNamed(service, reference)),
    );
    return { services: found.map((service) => describeService(region, service)), failures };
  },

  async DescribeTaskDefinition(region, { input }) {
    admitMembers(input, ["taskDefinition"]);
    return { taskDefinition: describeTaskDefinition(region, String(input.taskDefinition)) };
  },

  async ListTasks(region, { input }) {
    admitMembers(input, ["cluster", "serviceName", "family", "desiredStatus", "maxResults"]);
    const cluster = clusterOf(region, input);
    const service = input.serviceName === undefined ? undefined : serviceOf(region, input, input.serviceName);
    const living = (input.desiredStatus ?? "RUNNING") === "RUNNING";
    const tasks = listTasks(region).filter(
      ({ task, serviceArn }) =>
        task.clusterArn === cluster.id &&
        (service === undefined || service.id === serviceArn) &&
        (input.family === undefined || task.definition.family === input.family) &&
        isLiving(task) === living,
    );
    return { taskArns: tasks.map(({ task }) => task.arn) };
  },

  async DescribeTasks(region, { input }) {
    admitMembers(input, ["cluster", "tasks", "include"]);
    const cluster = clusterOf(region, input);
    const { found, failures } = resolveAll(textList(input.tasks), (reference) =>
      findTask(region, cluster, reference),
    );
    const healths = await readTaskHealth(
      region,
      found.map(({ task }) => task),
    );
    return { tasks: found.map(({ task }) => describeTask(task, healths.get(task))), failures };
  },

  async StopTask(region, { input }) {
    admitMembers(input, ["cluster", "task", "reason"]);
    const found = findTask(region, clusterOf(region, input), String(input.task));
    if (!found) throw invalid("The referenced task was not found.");
    // StopTask returns immediately; DescribeTasks shows when the task has stopped.
    void found.scheduler.stopTask(found.task, String(input.reason ?? "Task stopped by user"));
    return { task: describeTask(found.task, undefined) };
  },

  async UpdateService(region, { input }) {
    admitMembers(input, ["cluster", "service", "desiredCount", "taskDefinition", "forceNewDeployment"]);
    const service = serviceOf(region, input, input.service);
    const scheduler = schedulerOf(region, service.id);
    if (!scheduler || scheduler.isClosed)
      throw new AwsError("ServiceNotActiveException", "The service isn't active; it is being deleted.");
    const { desiredCount = scheduler.plan.desiredCount, taskDefinition } = input;
    if (!Number.isInteger(desiredCount) || (desiredCount as number) < 0)
      throw invalid(`desiredCount is ${desiredCount}; it must be a whole number from 0.`);
    const plan = {
      ...scheduler.plan,
      desiredCount: desiredCount as number,
      ...(taskDefinition !== undefined && { definition: findTaskDefinition(region, String(taskDefinition)) }),
    };
    admitPlan(region, plan);
    storePlan(region, service.id, plan);
    scheduler.setPlan(plan, { again: input.forceNewDeployment === true });
    return { service: describeService(region, region.resources.get(service.type, service.id) ?? service) };
  },
};

/** A running or remembered task of a cluster by id or ARN. */
function findTask(region: Region, cluster: Resource, reference: string) {
  return listTasks(region).find(
    ({ task }) => task.clusterArn === cluster.id && (task.arn === reference || task.id === reference),
  );
}

function serviceOf(region: Region, input: Input, reference: unknown): Resource {
  const service = servicesOf(region, clusterOf(region, input)).find((candidate) =>
    isNamed(candidate, String(reference)),
  );
  if (!service) throw new AwsError("ServiceNotFoundException", `Service not found: ${reference}.`);
  return service;
}

function clusterOf(region: Region, input: Input): Resource {
  return findCluster(region, String(input.cluster ?? "default"));
}

function isNamed({ id, outputs }: Resource, reference: string): boolean {
  return id === reference || outputs.name === reference;
}

/** The results found, and the API's failures for the rest. */
function resolveAll<Found>(
  wanted: readonly string[],
  find: (reference: string) => Found | undefined,
): { readonly found: readonly Found[]; readonly failures: readonly { arn: string; reason: string }[] } {
  const resolved = wanted.map((reference) => ({ reference, found: find(reference) }));
  return {
    found: resolved.flatMap(({ found }) => found ?? []),
    failures: resolved
      .filter(({ found }) => found === undefined)
      .map(({ reference }) => ({ arn: reference, reason: "MISSING" })),
  };
}

/** A parameter that changes the response must not be ignored. @throws AwsError InvalidParameterException */
function admitMembers(input: Input, honoured: readonly string[]): void {
  const other = Object.keys(input).filter((name) => input[name] !== undefined && !honoured.includes(name));
  if (other.length > 0)
    throw invalid(
      `The local region does not support ${other.join(", ")}; supported are ${honoured.join(", ")}.`,
    );
}

function textList(value: unknown, fallback: readonly string[] = []): readonly string[] {
  return Array.isArray(value) ? value.map(String) : fallback;
}
