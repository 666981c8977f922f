import type { Resource } from "../realisation.ts";
import type { Region } from "../region.ts";
import { textOf } from "../values.ts";
import { schedulerOf } from "./running.ts";
import type { Task } from "./task.ts";

const lastStatus = {
  PENDING: "PENDING",
  RUNNING: "RUNNING",
  STOPPING: "DEACTIVATING",
  STOPPED: "STOPPED",
} as const;

/** A task in the shape of the ECS API. Health is the load balancers' word, never an assumption. */
export function describeTask(task: Task, healthy: boolean): Record<string, unknown> {
  const leaving = task.status === "STOPPING" || task.status === "STOPPED";
  return {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.definition.arn,
    group: `service:${task.service}`,
    launchType: "EC2",
    availabilityZone: task.zone,
    lastStatus: lastStatus[task.status],
    desiredStatus: leaving ? "STOPPED" : "RUNNING",
    healthStatus: task.status === "RUNNING" ? (healthy ? "HEALTHY" : "UNKNOWN") : "UNKNOWN",
    createdAt: task.createdAt.getTime() / 1000,
    ...(task.startedAt ? { startedAt: task.startedAt.getTime() / 1000 } : {}),
    ...(task.stoppedAt ? { stoppedAt: task.stoppedAt.getTime() / 1000 } : {}),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    attachments: [
      {
        id: task.id,
        type: "ElasticNetworkInterface",
        status: leaving ? "DETACHED" : "ATTACHED",
        details: [{ name: "privateIPv4Address", value: task.address }],
      },
    ],
    containers: [
      {
        containerArn: task.arn.replace(":task/", ":container/"),
        taskArn: task.arn,
        name: task.definition.container.name,
        image: task.definition.container.image,
        lastStatus: lastStatus[task.status],
        runtimeId: String(task.process?.pid ?? ""),
        networkInterfaces: [{ privateIpv4Address: task.address }],
      },
    ],
  };
}

/** A service in the shape of the ECS API; counts are of living processes. */
export function describeService(region: Region, { id, inputs, outputs }: Resource): Record<string, unknown> {
  const scheduler = schedulerOf(region, id);
  const tasks = scheduler?.tasks.living ?? [];
  const definition = scheduler?.plan.definition.arn ?? textOf(inputs, "taskDefinition");
  const running = tasks.filter(({ status }) => status === "RUNNING").length;
  const pending = tasks.length - running;
  const desiredCount = scheduler?.plan.desiredCount ?? 0;
  return {
    serviceArn: id,
    serviceName: outputs.name,
    clusterArn: inputs.cluster,
    status: "ACTIVE",
    desiredCount,
    runningCount: running,
    pendingCount: pending,
    launchType: "EC2",
    taskDefinition: definition,
    loadBalancers: inputs.loadBalancers ?? [],
    deployments: [
      {
        id: `ecs-svc/${definition?.slice(definition.lastIndexOf(":") + 1)}`,
        status: "PRIMARY",
        taskDefinition: definition,
        desiredCount,
        runningCount: tasks.filter(
          ({ definition: { arn }, status }) => arn === definition && status === "RUNNING",
        ).length,
        pendingCount: pending,
      },
    ],
    events: [],
  };
}
