import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { textOf, textsOf } from "../values.ts";
import { vpcOfSubnets, zonesOfSubnets } from "../zones.ts";

const type = "aws:rds/subnetGroup:SubnetGroup";

/** The subnets, and thereby the zones, of a cluster's instances. */
export const subnetGroup: ResourceHandler = recorded(type, {
  inputs: ["name", "description", "subnetIds", "tags"],
  replaceOn: ["name"],
  computed: ["arn", "vpcId", "supportedNetworkTypes"],
  autoname: { property: "name", maxLength: 255 },
  defaults: () => ({ description: "Managed by Pulumi" }),
  id: (_region, request) => textOf(request.inputs, "name") ?? request.name,
  admit: (region, request) => {
    const zones = zonesOfSubnets(region, textsOf(request.inputs, "subnetIds"));
    if (zones.length >= 2) return;
    throw new AwsError(
      "DBSubnetGroupDoesNotCoverEnoughAZs",
      "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs.",
    );
  },
  outputs: (region, request) => ({
    arn: makeArn(region, "rds", `subgrp:${request.id}`),
    vpcId: vpcOfSubnets(region, textsOf(request.inputs, "subnetIds")),
    supportedNetworkTypes: ["IPV4"],
  }),
});

/** The zones of a group by its name. */
export function zonesOfGroup(region: Region, name: string | undefined): readonly number[] {
  if (name === undefined) return region.availabilityZones.map((_zone, index) => index + 1);
  const group = region.resources.get(type, name);
  if (!group)
    throw new AwsError("DBSubnetGroupNotFoundFault", `DB subnet group '${name}' does not exist.`, 404);
  return zonesOfSubnets(region, textsOf(group.inputs, "subnetIds"));
}
