import { AwsError } from "../operation.ts";
import { isUnknown } from "../pulumi-protocol/markers.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource, Value } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { parseCidr } from "./cidr.ts";

export const types = {
  vpc: "aws:ec2/vpc:Vpc",
  subnet: "aws:ec2/subnet:Subnet",
  internetGateway: "aws:ec2/internetGateway:InternetGateway",
  eip: "aws:ec2/eip:Eip",
  natGateway: "aws:ec2/natGateway:NatGateway",
  routeTable: "aws:ec2/routeTable:RouteTable",
  route: "aws:ec2/route:Route",
  vpcEndpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  routeTableAssociation: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  securityGroup: "aws:ec2/securityGroup:SecurityGroup",
  ingressRule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egressRule: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  vpnGateway: "aws:ec2/vpnGateway:VpnGateway",
  vpnGatewayRoutePropagation: "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation",
  gatewayAssociation: "aws:directconnect/gatewayAssociation:GatewayAssociation",
} as const;

type NetworkType = keyof typeof types;

/** EC2's error code for an id that does not exist, by resource kind. */
const absence: Partial<Record<NetworkType, { readonly code: string; readonly noun: string }>> = {
  vpc: { code: "InvalidVpcID.NotFound", noun: "vpc ID" },
  subnet: { code: "InvalidSubnetID.NotFound", noun: "subnet ID" },
  internetGateway: { code: "InvalidInternetGatewayID.NotFound", noun: "internetGateway ID" },
  eip: { code: "InvalidAllocationID.NotFound", noun: "allocation ID" },
  natGateway: { code: "InvalidNatGatewayID.NotFound", noun: "NatGateway ID" },
  routeTable: { code: "InvalidRouteTableID.NotFound", noun: "routeTable ID" },
  securityGroup: { code: "InvalidGroup.NotFound", noun: "security group" },
  vpnGateway: { code: "InvalidVpnGatewayID.NotFound", noun: "vpnGateway ID" },
};

/** The resource that an input refers to; throws AWS's own error if it does not exist. */
export function need(region: Region, what: NetworkType, id: Value | undefined): Resource {
  const found = typeof id === "string" ? region.resources.get(types[what], id) : undefined;
  if (found) return found;
  const { code, noun } = absence[what] ?? { code: "InvalidParameterValue", noun: "ID" };
  throw new AwsError(code, `The ${noun} '${String(id)}' does not exist`);
}

/** Like {@link need}, for an optional input. */
export function needIfGiven(region: Region, what: NetworkType, id: Value | undefined): Resource | undefined {
  return id === undefined || id === null ? undefined : need(region, what, id);
}

/** Refuses a deletion while a resource of these kinds still has the id in one of its inputs. */
export function refuseWhileUsed(
  region: Region,
  resource: Resource,
  noun: string,
  users: readonly NetworkType[],
): void {
  for (const user of users) {
    const other = region.resources.find(types[user], ({ inputs }) =>
      Object.values(inputs).includes(resource.id),
    );
    if (other) {
      const reason = `The ${noun} '${resource.id}' has dependencies and cannot be deleted: ${other.id} (${other.name}) uses it.`;
      throw new AwsError("DependencyViolation", reason);
    }
  }
}

/** Refuses a deletion while a resource of any other service has the id anywhere in its inputs. */
export function refuseWhileNamed(
  region: Region,
  resource: Resource,
  noun: string,
  users: readonly string[],
): void {
  for (const type of users) {
    const other = region.resources.find(type, ({ inputs }) => JSON.stringify(inputs).includes(resource.id));
    if (other) {
      throw new AwsError(
        "DependencyViolation",
        `resource ${resource.id} has a dependent object: ${noun} of ${other.id}`,
      );
    }
  }
}

/** Failures for missing required inputs. */
export function missing(inputs: Properties, ...names: readonly string[]): readonly CheckFailure[] {
  return names
    .filter((property) => inputs[property] === undefined || inputs[property] === "")
    .map((property) => ({ property, reason: "it is missing, and AWS requires it." }));
}

/** A failure for an invalid block; `masks` are the sizes that AWS allows. */
export function invalidCidr(
  inputs: Properties,
  property: string,
  masks: { readonly least: number; readonly most: number } = { least: 0, most: 32 },
): readonly CheckFailure[] {
  const value = inputs[property];
  if (value === undefined || isUnknown(value)) return [];
  const block = parseCidr(value);
  if (!block) return [{ property, reason: `${String(value)} is not an IPv4 block such as 10.0.0.0/16.` }];
  if (block.mask >= masks.least && block.mask <= masks.most) return [];
  return [
    {
      property,
      reason: `${String(value)} has a mask of /${block.mask}; AWS allows /${masks.least} to /${masks.most}.`,
    },
  ];
}
