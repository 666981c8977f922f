import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { servicesOf } from "./cluster.ts";
import type { Deployment } from "./deployment.ts";
import { listTasks, schedulerOf } from "./running.ts";
import type { TaskHealth } from "./targets.ts";
import { isLiving, type Task } from "./task.ts";

function seconds(date: Date): number {
  return date.getTime() / 1000;
}

/** A task in the form of the ECS API. Its health comes from the load balancers, never from an assumption. */
export function describeTask(task: Task, health: TaskHealth | undefined): Record<string, unknown> {
  const { createdAt, startedAt, stoppingAt, stoppedAt, stopCode, stoppedReason } = task;
  return {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.definition.arn,
    group: `service:${task.service}`,
    startedBy: task.deployment.id,
    launchType: "EC2",
    capacityProviderName: task.deployment.plan.capacityProvider,
    availabilityZone: task.zone,
    lastStatus: task.status,
    desiredStatus: isLiving(task) ? "RUNNING" : "STOPPED",
    healthStatus: describeHealth(health),
    createdAt: seconds(createdAt),
    ...(startedAt && { startedAt: seconds(startedAt) }),
    ...(stoppingAt && { stoppingAt: seconds(stoppingAt) }),
    ...(stoppedAt && { stoppedAt: seconds(stoppedAt), executionStoppedAt: seconds(stoppedAt) }),
    ...(stopCode && { stopCode }),
    ...(stoppedReason !== undefined && { stoppedReason }),
    attachments: [
      {
        id: task.id,
        type: "ElasticNetworkInterface",
        status: task.released ? "DELETED" : "ATTACHED",
        details: [{ name: "privateIPv4Address", value: task.address }],
      },
    ],
    containers: [describeContainer(task)],
  };
}

function describeContainer(task: Task): Record<string, unknown> {
  const { name, image } = task.definition.container;
  const { status, exitCode, imageDigest } = task;
  return {
    containerArn: task.arn.replace(":task/", ":container/"),
    taskArn: task.arn,
    name,
    image,
    ...(imageDigest !== undefined && { imageDigest }),
    // A container keeps running while its task is only being deregistered.
    lastStatus: status === "DEACTIVATING" || status === "STOPPING" ? "RUNNING" : status,
    ...(task.process && { runtimeId: String(task.process.pid) }),
    ...(exitCode !== undefined && { exitCode }),
    networkInterfaces: [{ privateIpv4Address: task.address }],
  };
}

function describeHealth(health: TaskHealth | undefined): string {
  if (health === "healthy") return "HEALTHY";
  return health === "unhealthy" ? "UNHEALTHY" : "UNKNOWN";
}

/** A service in the form of the ECS API; counts are of running processes. */
export function describeService(region: Region, { id, inputs, outputs }: Resource): Record<string, unknown> {
  const scheduler = schedulerOf(region, id);
  const tasks = scheduler?.tasks.living ?? [];
  const deployments = scheduler?.deployments ?? [];
  const plan = scheduler?.plan;
  return {
    serviceArn: id,
    serviceName: outputs.name,
    clusterArn: plan?.clusterArn ?? inputs.cluster,
    status: scheduler && !scheduler.isClosed ? "ACTIVE" : "DRAINING",
    desiredCount: plan?.desiredCount ?? 0,
    ...count(tasks),
    launchType: "EC2",
    schedulingStrategy: "REPLICA",
    taskDefinition: plan?.definition.arn ?? outputs.taskDefinition,
    loadBalancers: inputs.loadBalancers ?? [],
    healthCheckGracePeriodSeconds: (plan?.healthCheckGraceMs ?? 0) / 1000,
    deploymentConfiguration: plan && {
      minimumHealthyPercent: plan.minimumHealthyPercent,
      maximumPercent: plan.maximumPercent,
      deploymentCircuitBreaker: {
        enable: plan.circuitBreaker.enabled,
        rollback: plan.circuitBreaker.rollback,
      },
    },
    deployments: deployments.map((deployment, index) => ({
      ...describeDeployment(deployment, tasks),
      status: index === 0 ? "PRIMARY" : "ACTIVE",
    })),
    events: scheduler?.events.all ?? [],
  };
}

function describeDeployment(deployment: Deployment, tasks: readonly Task[]): Record<string, unknown> {
  return {
    id: deployment.id,
    taskDefinition: deployment.plan.definition.arn,
    desiredCount: deployment.plan.desiredCount,
    ...count(tasks.filter((task) => task.deployment === deployment)),
    failedTasks: deployment.failedTasks,
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    rolloutState: deployment.state,
    rolloutStateReason: deployment.reason,
  };
}

function count(tasks: readonly Task[]): { readonly runningCount: number; readonly pendingCount: number } {
  const runningCount = tasks.filter(({ status }) => status === "RUNNING").length;
  return { runningCount, pendingCount: tasks.length - runningCount };
}

export function describeCluster(region: Region, cluster: Resource): Record<string, unknown> {
  const tasks = listTasks(region).filter(({ task }) => task.clusterArn === cluster.id);
  const { runningCount, pendingCount } = count(tasks.map(({ task }) => task).filter(isLiving));
  return {
    clusterArn: cluster.id,
    clusterName: cluster.outputs.name,
    status: "ACTIVE",
    runningTasksCount: runningCount,
    pendingTasksCount: pendingCount,
    activeServicesCount: servicesOf(region, cluster).length,
  };
}
