import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import type { Group } from "./flows.ts";
import { createPrivateLine } from "./on-premises.ts";
import { createS3Endpoint } from "./s3-endpoint.ts";
import { createSecurityGroups, type Rule, type SecurityGroups } from "./security-groups.ts";

/** VPC over three zones, its internal flows, and the private connection out of it. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** Load balancer and NAT gateways. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** Instances and tasks; outbound through the NAT gateway of their own zone. */
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /** Data stores; no outbound access. */
  readonly isolatedSubnetIds: pulumi.Output<string[]>;
  readonly groups: SecurityGroups;
  readonly #rules: readonly Rule[];

  constructor(deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Network", "network", {}, opts);
    const vpc = createVpc(this, deployment);
    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.isolatedSubnetIds = vpc.isolatedSubnetIds;
    const { groups, rules } = createSecurityGroups(this, deployment, vpc.vpcId);
    this.groups = groups;
    this.#rules = rules;
    createPrivateLine(this, deployment, vpc);
    createS3Endpoint(this, deployment, vpc);
    this.registerOutputs({});
  }

  /** The rules without which a member of that group can neither connect nor be reached. */
  rulesOf(group: Group): pulumi.Resource[] {
    return this.#rules.filter(({ between }) => between.includes(group)).map(({ resource }) => resource);
  }
}

/** Named after the environment, since awsx derives the `Name` tags of subnets and gateways from it. */
function createVpc(parent: pulumi.Resource, { config, names, place }: Deployment): awsx.ec2.Vpc {
  const { Name: _, ...tags } = names.tags("network");
  return new awsx.ec2.Vpc(
    names.of("network"),
    {
      cidrBlock: config.addressBlock,
      availabilityZoneNames: [...place.zones],
      subnetStrategy: "Auto",
      subnetSpecs: [{ type: "Public" }, { type: "Private" }, { type: "Isolated" }],
      natGateways: { strategy: "OnePerAz" },
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags,
    },
    { parent },
  );
}
