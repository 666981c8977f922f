import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";

/**
 * Targets of one service. A new target gets its share slowly, a removed one keeps its running requests: both for
 * the drain time, after which a stopping task is killed.
 */
export function createTargetGroup(
  parent: pulumi.Resource,
  { names, config }: Deployment,
  { thing, vpcId }: { readonly thing: string; readonly vpcId: pulumi.Input<string> },
): aws.lb.TargetGroup {
  return new aws.lb.TargetGroup(
    thing,
    {
      name: names.of(thing),
      vpcId,
      targetType: "ip",
      protocol: "HTTP",
      port: config.servicePort,
      slowStart: config.drainSeconds,
      deregistrationDelay: config.drainSeconds,
      // The only algorithm that supports slow start.
      loadBalancingAlgorithmType: "round_robin",
      healthCheck: {
        protocol: "HTTP",
        port: "traffic-port",
        path: "/health/ready",
        matcher: "200",
        interval: 5,
        timeout: 2,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      tags: names.tags(thing),
    },
    { parent },
  );
}
