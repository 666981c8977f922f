import { LocalError } from "../errors.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import { listOf, objectsOf } from "../values.ts";

/** The zones of the region, all ordinary and all available. */
export function availabilityZones(region: Region, args: Properties, token: string): Properties {
  if (args.state !== undefined && args.state !== "available") {
    const reason = `is ${String(args.state)}; every zone of the local region is available.`;
    throw new LocalError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument: "state", reason });
  }
  const withoutNames = listOf(args, "excludeNames");
  const withoutIds = listOf(args, "excludeZoneIds");
  const zones = region.availabilityZones
    .map((name, index) => ({ name, id: zoneIdOf(region, index) }))
    .filter(({ name, id }) => !withoutNames.includes(name) && !withoutIds.includes(id))
    .filter(({ id }) => objectsOf(args, "filters").every((filter) => admitsZone(id, filter, token)));
  return {
    id: region.name,
    region: region.name,
    names: zones.map(({ name }) => name),
    zoneIds: zones.map(({ id }) => id),
    groupNames: [region.name],
  };
}

/** Every zone of the local region is an ordinary one: no opt-in exists. */
function admitsZone(id: string, filter: Properties, token: string): boolean {
  if (filter.name === "opt-in-status") return listOf(filter, "values").includes("opt-in-not-required");
  if (filter.name === "zone-id") return listOf(filter, "values").includes(id);
  const reason = `names ${String(filter.name)}; opt-in-status and zone-id are the filters that are supported.`;
  throw new LocalError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument: "filters", reason });
}

/** `eu-west-1` has the zones `euw1-az1` and so on, `ap-southeast-2` `apse2-az1`: each direction is its letter, as on AWS. */
export function zoneIdOf(region: Region, index: number): string {
  const [number = "1"] = region.name.split("-").slice(-1);
  const words = region.name.split("-").slice(0, -1);
  const [area = "", ...directions] = words;
  const letters = directions.join("").replace(/north|south|east|west|central|gov/g, (word) => word.charAt(0));
  return `${area}${letters}${number}-az${index + 1}`;
}
