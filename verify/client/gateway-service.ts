import type { CheckContext } from "../check.ts";
import { VerifyError } from "../errors.ts";

export interface GatewayService {
  readonly desired: number;
  readonly running: number;
  /** ARNs of the tasks that ECS reports as running. */
  readonly tasks: readonly string[];
  /** Number of targets that the load balancer reports as healthy. */
  readonly healthy: number;
}

/** The current state of the gateway's service in ECS and the load balancer. */
export async function readGatewayService(context: CheckContext): Promise<GatewayService> {
  const { compute, ingress } = context.target.outputs;
  const cluster = compute.clusterArn;
  const serviceName = compute.services.gateway;
  const [ecs, balancing] = await Promise.all([context.aws.ecs(), context.aws.loadBalancing()]);
  const [services, listed, health] = await Promise.all([
    ecs.describeServices({ cluster, services: [serviceName] }),
    ecs.listTasks({ cluster, serviceName, desiredStatus: "RUNNING" }),
    balancing.describeTargetHealth({ TargetGroupArn: ingress.gatewayTargetGroupArn }),
  ]);
  const service = services.services?.[0];
  if (service === undefined)
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `ECS has no service ${serviceName} in cluster ${cluster}`,
    });
  const arns = listed.taskArns ?? [];
  const described =
    arns.length === 0 ? [] : ((await ecs.describeTasks({ cluster, tasks: arns })).tasks ?? []);
  return {
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    tasks: described.filter((task) => task.lastStatus === "RUNNING").flatMap((task) => task.taskArn ?? []),
    healthy: (health.TargetHealthDescriptions ?? []).filter(
      (target) => target.TargetHealth?.State === "healthy",
    ).length,
  };
}

export function isFullStrength(service: GatewayService): boolean {
  const { desired, running, tasks, healthy } = service;
  return desired > 0 && running === desired && tasks.length === desired && healthy === desired;
}

export function describeService(service: GatewayService): string {
  return `${service.running} of ${service.desired} gateways are running, ${service.healthy} are healthy`;
}
