import * as aws from "@pulumi/aws";
import { StackError } from "./errors.ts";

/** Where the program runs: account, Region and its zones, read from AWS before the first resource. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  /** `aws`, or `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly dnsSuffix: string;
  /** By this account's names, in the order of the configuration. */
  readonly zones: ZoneTriple;
}

type ZoneTriple = readonly [string, string, string];

/**
 * Reads the account and Region of the default provider.
 *
 * @throws {StackError} DMM_STACKS_REGION_UNFIT when the Region does not have these zones.
 */
export async function readPlace(zoneIds: ZoneTriple): Promise<Place> {
  const [identity, region, partition, zones] = await Promise.all([
    aws.getCallerIdentity(),
    aws.getRegion(),
    aws.getPartition(),
    // Whatever their state: a zone with an outage must not make another take its place, which would replace its subnets.
    aws.getAvailabilityZones({ filters: [{ name: "zone-id", values: [...zoneIds] }] }),
  ]);
  return {
    accountId: identity.accountId,
    region: region.region,
    partition: partition.partition,
    dnsSuffix: partition.dnsSuffix,
    zones: nameZones(zoneIds, zones, region.region),
  };
}

/** This account's names of the zones, in the order of their ids. */
function nameZones(
  ids: ZoneTriple,
  { names, zoneIds }: aws.GetAvailabilityZonesResult,
  region: string,
): ZoneTriple {
  const missing = ids.filter((id) => !zoneIds.includes(id));
  if (missing.length > 0) throw new StackError("DMM_STACKS_REGION_UNFIT", { region, missing });
  const [one, two, three] = ids.map((id) => names[zoneIds.indexOf(id)] ?? "");
  return [one ?? "", two ?? "", three ?? ""];
}
