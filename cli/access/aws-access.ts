import { admitAwsEnvironment } from "../../tools/child-environment.ts";
import type { RegionAddress } from "../region/address.ts";

/** How an AWS SDK client is made for the target: the local region's endpoint, or AWS itself with its own credentials. */
export interface AwsAccess {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: boolean;
  };
}

/**
 * Access to the local region whose address this is, otherwise to AWS itself. Only then the operator's AWS switches
 * (profile, FIPS endpoints, credentials) reach this process: see docs/operations.md.
 */
export function accessAws(region: string, address?: RegionAddress): AwsAccess {
  if (address !== undefined) {
    const { endpoint, credentials } = address;
    return { region, endpoint, credentials, maxAttempts: 1, requestHandler: limits.local };
  }
  admitAwsEnvironment();
  return { region, maxAttempts: 3, requestHandler: limits.aws };
}

/**
 * A region on this machine responds at once or not at all; AWS may be slow. Without the last switch the SDK only writes
 * a warning when the time is over, and waits on.
 */
const limits = {
  local: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  aws: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};
