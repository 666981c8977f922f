import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { textOf, textsOf } from "../values.ts";
import { vpcOfSubnets, zonesOfSubnets } from "../zones.ts";

const type = "aws:elasticache/subnetGroup:SubnetGroup";

/** The subnets, and thereby the zones, of a replication group's nodes. */
export const subnetGroup: ResourceHandler = recorded(type, {
  inputs: ["name", "description", "subnetIds", "tags"],
  replaceOn: ["name"],
  computed: ["arn", "vpcId"],
  autoname: { property: "name", maxLength: 255 },
  defaults: () => ({ description: "Managed by Pulumi" }),
  id: (_region, request) => textOf(request.inputs, "name") ?? request.name,
  admit: (region, request) => {
    zonesOfSubnets(region, textsOf(request.inputs, "subnetIds"));
  },
  outputs: (region, request) => ({
    arn: makeArn(region, "elasticache", `subnetgroup:${request.id}`),
    vpcId: vpcOfSubnets(region, textsOf(request.inputs, "subnetIds")),
  }),
  release: (region, resource) => {
    const user = region.resources.find(
      "aws:elasticache/replicationGroup:ReplicationGroup",
      (group) => textOf(group.inputs, "subnetGroupName") === resource.id,
    );
    if (user)
      throw new AwsError("CacheSubnetGroupInUse", `Cache subnet group ${resource.id} is used by ${user.id}.`);
  },
});

/** The zones of a group by its name. */
export function zonesOfGroup(region: Region, name: string | undefined): readonly number[] {
  if (name === undefined) return region.availabilityZones.map((_zone, index) => index + 1);
  const group = region.resources.get(type, name);
  if (!group)
    throw new AwsError("CacheSubnetGroupNotFoundFault", `Cache Subnet Group ${name} does not exist.`, 404);
  return zonesOfSubnets(region, textsOf(group.inputs, "subnetIds"));
}
