import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "./deployment.ts";
import { createTargetGroup } from "./ingress/target-group.ts";
import { createLoadBalancer } from "./load-balancer.ts";
import type { Network } from "./network/network.ts";

/** The API that gateways forward to: a load balancer inside the VPC in front of the stub service. */
export class Upstream extends pulumi.ComponentResource {
  readonly loadBalancer: aws.lb.LoadBalancer;
  readonly listener: aws.lb.Listener;
  readonly targets: aws.lb.TargetGroup;
  readonly url: pulumi.Output<string>;

  constructor(deployment: Deployment, network: Network, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Upstream", "upstream", {}, opts);
    this.loadBalancer = createLoadBalancer(
      deployment,
      {
        thing: "upstream",
        internal: true,
        subnets: network.privateSubnetIds,
        securityGroup: network.groups.upstream,
      },
      { parent: this },
    );
    this.targets = createTargetGroup(this, deployment, { thing: "stub", vpcId: network.vpcId });
    this.listener = createListener(this, deployment, this);
    this.url = pulumi.interpolate`http://${this.loadBalancer.dnsName}:${deployment.config.servicePort}`;
    this.registerOutputs({});
  }
}

function createListener(parent: pulumi.Resource, { config, names }: Deployment, upstream: Upstream) {
  return new aws.lb.Listener(
    "upstream",
    {
      loadBalancerArn: upstream.loadBalancer.arn,
      protocol: "HTTP",
      port: config.servicePort,
      defaultActions: [{ type: "forward", targetGroupArn: upstream.targets.arn }],
      tags: names.tags("upstream"),
    },
    { parent },
  );
}
