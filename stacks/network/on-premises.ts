import * as aws from "@pulumi/aws";
import type * as awsx from "@pulumi/awsx";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config/config.ts";
import type { Deployment } from "../deployment.ts";
import { privateRouteTable } from "./route-tables.ts";

/**
 * The networks that are reached over the private line. Environments have none unless the configuration says so: each would
 * announce its address block to the company's routers, over production's line.
 */
export function onPremisesNetworks(config: PlatformConfig): readonly string[] {
  return config.production || config.privateLine === "everywhere" ? config.onPremisesNetworks : [];
}

/**
 * The private connection to the operator's on-premises networks: a VPN gateway on the VPC, whose routes are
 * propagated to the private subnets automatically, and its association with the Direct Connect gateway, if any.
 * Otherwise the operator's own VPN connection uses the gateway.
 */
export function createPrivateLine(parent: pulumi.Resource, deployment: Deployment, vpc: awsx.ec2.Vpc): void {
  const { config } = deployment;
  if (onPremisesNetworks(config).length === 0) return;
  const gateway = createVpnGateway(parent, deployment, vpc);
  propagateRoutes(parent, { deployment, vpc, gateway });
  if (config.directConnectGatewayId !== undefined) {
    associate(parent, {
      gateway,
      directConnectGatewayId: config.directConnectGatewayId,
      prefix: config.addressBlock,
    });
  }
}

function createVpnGateway(
  parent: pulumi.Resource,
  { names }: Deployment,
  vpc: awsx.ec2.Vpc,
): aws.ec2.VpnGateway {
  return new aws.ec2.VpnGateway(
    "on-premises",
    { vpcId: vpc.vpcId, tags: names.tags("on-premises") },
    { parent },
  );
}

function propagateRoutes(
  parent: pulumi.Resource,
  args: { readonly deployment: Deployment; readonly vpc: awsx.ec2.Vpc; readonly gateway: aws.ec2.VpnGateway },
): void {
  args.deployment.place.zones.forEach((_, index) => {
    new aws.ec2.VpnGatewayRoutePropagation(
      `on-premises-${index + 1}`,
      { vpnGatewayId: args.gateway.id, routeTableId: privateRouteTable(args.vpc, index) },
      { parent },
    );
  });
}

function associate(
  parent: pulumi.Resource,
  args: {
    readonly gateway: aws.ec2.VpnGateway;
    readonly directConnectGatewayId: string;
    readonly prefix: string;
  },
): void {
  new aws.directconnect.GatewayAssociation(
    "on-premises",
    {
      dxGatewayId: args.directConnectGatewayId,
      associatedGatewayId: args.gateway.id,
      allowedPrefixes: [args.prefix],
    },
    { parent },
  );
}
