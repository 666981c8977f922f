import type { RegionAddress } from "../region/address.ts";

/** How an AWS SDK client is made for the target: the local region's endpoint, or AWS itself with its own credentials. */
export interface AwsAccess {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export function accessAws(region: string, address?: RegionAddress): AwsAccess {
  return address === undefined
    ? { region }
    : { region, endpoint: address.endpoint, credentials: address.credentials };
}
