import { makeArn, makeId } from "../arn.ts";
import { zoneIdOf } from "../invokes/availability-zones.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import { contains, overlaps, parseCidr } from "./cidr.ts";
import { invalidCidr, missing, need, refuseWhileNamed, refuseWhileUsed, types } from "./references.ts";

/** Every resource that has network interfaces in a subnet. */
const tenants = [
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:ecs/service:Service",
  "aws:rds/subnetGroup:SubnetGroup",
  "aws:elasticache/subnetGroup:SubnetGroup",
  "aws:autoscaling/group:Group",
];

/** A subnet is a part of its VPC's block in one zone. */
export const subnet = recorded(types.subnet, {
  inputs: [
    "vpcId",
    "cidrBlock",
    "availabilityZone",
    "mapPublicIpOnLaunch",
    "assignIpv6AddressOnCreation",
    "tags",
  ],
  replaceOn: ["vpcId", "cidrBlock", "availabilityZone"],
  computed: ["arn", "availabilityZone", "availabilityZoneId", "ownerId"],
  defaults: () => ({ mapPublicIpOnLaunch: false, assignIpv6AddressOnCreation: false }),
  validate: (inputs) => [
    ...missing(inputs, "vpcId", "cidrBlock"),
    ...invalidCidr(inputs, "cidrBlock", { least: 16, most: 28 }),
    ...(inputs.assignIpv6AddressOnCreation === true
      ? [{ property: "assignIpv6AddressOnCreation", reason: "it is true, but the local region has no IPv6." }]
      : []),
  ],
  id: () => makeId("subnet"),
  admit(region, { id, inputs }) {
    refuseForeignZone(region, inputs);
    const block = parseCidr(inputs.cidrBlock);
    const around = parseCidr(need(region, "vpc", inputs.vpcId).inputs.cidrBlock);
    if (!block || !around || !contains(around, block)) {
      throw new AwsError("InvalidSubnet.Range", `The CIDR '${String(inputs.cidrBlock)}' is invalid.`);
    }
    const neighbour = findOverlapping(region, id, inputs);
    if (neighbour) {
      const reason = `The CIDR '${String(inputs.cidrBlock)}' conflicts with another subnet: ${neighbour.id} (${neighbour.name}).`;
      throw new AwsError("InvalidSubnet.Conflict", reason);
    }
  },
  outputs(region, { id, inputs }) {
    const availabilityZone = String(inputs.availabilityZone ?? region.availabilityZones[0]);
    return {
      arn: makeArn(region, "ec2", `subnet/${id}`),
      availabilityZone,
      availabilityZoneId: zoneIdOf(region, region.availabilityZones.indexOf(availabilityZone)),
      ownerId: region.accountId,
      enableDns64: false,
      enableResourceNameDnsARecordOnLaunch: false,
      enableResourceNameDnsAaaaRecordOnLaunch: false,
      ipv6CidrBlock: "",
      ipv6CidrBlockAssociationId: "",
      ipv6Native: false,
      privateDnsHostnameTypeOnLaunch: "ip-name",
    };
  },
  release(region, resource) {
    refuseWhileUsed(region, resource, "subnet", ["natGateway"]);
    refuseWhileNamed(region, resource, "network interface", tenants);
  },
});

function refuseForeignZone(region: Region, { availabilityZone }: Properties): void {
  if (availabilityZone === undefined || region.availabilityZones.includes(String(availabilityZone))) return;
  const reason = `Value (${String(availabilityZone)}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${region.availabilityZones.join(", ")}.`;
  throw new AwsError("InvalidParameterValue", reason);
}

function findOverlapping(region: Region, id: string, { vpcId, cidrBlock }: Properties): Resource | undefined {
  const block = parseCidr(cidrBlock);
  return region.resources.find(types.subnet, (other) => {
    const theirs = parseCidr(other.inputs.cidrBlock);
    return other.id !== id && other.inputs.vpcId === vpcId && !!block && !!theirs && overlaps(block, theirs);
  });
}
