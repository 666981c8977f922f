import { AwsError } from "./operation.ts";
import type { Region } from "./region.ts";
import { textOf } from "./values.ts";

/** The number of a zone by its name, from 1: `eu-west-1b` is 2. Zone n has the addresses `127.<E>.n.0/24`. */
export function zoneNumber(region: Region, availabilityZone: string): number {
  const index = region.availabilityZones.indexOf(availabilityZone);
  if (index < 0) {
    throw new AwsError(
      "InvalidParameterValue",
      `Availability zone ${availabilityZone} does not exist; this region has ${region.availabilityZones.join(", ")}.`,
    );
  }
  return index + 1;
}

export function zoneName(region: Region, zone: number): string {
  return region.availabilityZones[zone - 1] ?? `${region.name}a`;
}

/** The zones of some subnets, unique and in order. Throws if a subnet does not exist. */
export function zonesOfSubnets(region: Region, subnetIds: readonly string[]): readonly number[] {
  const zones = subnetIds.map((id) => {
    const subnet = region.resources.get("aws:ec2/subnet:Subnet", id);
    if (!subnet) throw new AwsError("InvalidSubnet", `The subnet ID '${id}' does not exist`);
    return zoneNumber(region, textOf(subnet.outputs, "availabilityZone") ?? "");
  });
  return [...new Set(zones)].sort();
}

/** The VPC of some subnets, by the first of them; empty if that subnet does not exist. */
export function vpcOfSubnets(region: Region, subnetIds: readonly string[]): string {
  const subnet = region.resources.get("aws:ec2/subnet:Subnet", subnetIds[0] ?? "");
  return (subnet && textOf(subnet.outputs, "vpcId")) ?? "";
}
