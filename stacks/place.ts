import * as aws from "@pulumi/aws";
import { StackError } from "./errors.ts";

/** Where the program runs: account, Region and its zones, read from AWS before the first resource. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  /** `aws`, or `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly dnsSuffix: string;
  /** Exactly three. */
  readonly zones: readonly [string, string, string];
}

/**
 * Reads the account and Region of the default provider.
 *
 * @throws {StackError} DMM_STACKS_REGION_UNFIT when the Region has fewer than three zones.
 */
export async function readPlace(): Promise<Place> {
  const [identity, region, partition, zones] = await Promise.all([
    aws.getCallerIdentity(),
    aws.getRegion(),
    aws.getPartition(),
    // Local Zones that an account has opted in to do not support load balancers or databases.
    aws.getAvailabilityZones({
      state: "available",
      filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
    }),
  ]);
  return {
    accountId: identity.accountId,
    region: region.region,
    partition: partition.partition,
    dnsSuffix: partition.dnsSuffix,
    zones: firstThree(zones.names, region.region),
  };
}

function firstThree(names: readonly string[], region: string): Place["zones"] {
  const [one, two, three] = [...names].sort();
  if (one === undefined || two === undefined || three === undefined) {
    throw new StackError("DMM_STACKS_REGION_UNFIT", { region, zones: names.length });
  }
  return [one, two, three];
}
