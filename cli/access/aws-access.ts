import { admitAwsEnvironment } from "../../tools/child-environment.ts";
import type { RegionAddress } from "../region/address.ts";

/** How an AWS SDK client is made for the target: the local region's endpoint, or AWS itself with its own credentials. */
export interface AwsAccess {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Access to the local region whose address this is, otherwise to AWS itself. Only then the operator's AWS switches
 * (profile, FIPS endpoints, credentials) reach this process: see docs/operations.md.
 */
export function accessAws(region: string, address?: RegionAddress): AwsAccess {
  if (address !== undefined) return { region, endpoint: address.endpoint, credentials: address.credentials };
  admitAwsEnvironment();
  return { region };
}
