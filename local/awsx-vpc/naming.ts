import type { VpcArguments } from "./arguments.ts";
import type { PlannedSubnet } from "./layout.ts";
import { specNameOf } from "./specification.ts";

/** `eu-west-1a` without the prefix common to all zones of a region: `1a`. */
function zoneSuffix(zone: string): string {
  return zone.replace(/^[a-z]{2}(-[a-z]+)+-/, "");
}

/** The resource name of a subnet, which is its identity, and its `Name` tag. */
export function subnetNames(
  vpcName: string,
  { spec, zone }: PlannedSubnet,
  { nameTags, zones }: Pick<VpcArguments, "nameTags" | "zones">,
): { readonly name: string; readonly nameTag: string } {
  const stem = `${vpcName}-${specNameOf(spec)}`;
  const name = `${stem}-${zone + 1}`;
  return { name, nameTag: nameTags === "Legacy" ? name : `${stem}-${zoneSuffix(zones[zone] ?? "")}` };
}
