import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "./deployment.ts";
import { differing } from "./differences.ts";

/** What one application load balancer has that the other does not. */
interface LoadBalancerArgs {
  /** Also the name of the resource. */
  readonly thing: string;
  readonly internal: boolean;
  readonly subnets: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroup: aws.ec2.SecurityGroup;
  /** Seconds after which a client has to connect, and to prove itself, again; AWS's default is 3600. */
  readonly clientKeepAlive?: number;
  readonly accessLogs?: aws.types.input.lb.LoadBalancerAccessLogs;
}

/** An application load balancer that passes on only what Node reads as exactly one request. */
export function createLoadBalancer(
  { config, names }: Deployment,
  { thing, internal, subnets, securityGroup, clientKeepAlive, accessLogs }: LoadBalancerArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lb.LoadBalancer {
  return new aws.lb.LoadBalancer(
    thing,
    {
      name: names.of(thing),
      loadBalancerType: "application",
      internal,
      subnets,
      securityGroups: [securityGroup.id],
      idleTimeout: 60,
      ...(clientKeepAlive !== undefined && { clientKeepAlive }),
      // Node and the load balancer must never read one request as two.
      desyncMitigationMode: "strictest",
      dropInvalidHeaderFields: true,
      enableDeletionProtection: differing(
        config,
        "aws:lb/loadBalancer:LoadBalancer",
        "enableDeletionProtection",
      ),
      ...(accessLogs && { accessLogs }),
      tags: names.tags(thing),
    },
    opts,
  );
}
