import { admitAwsEnvironment } from "../../tools/child-environment.ts";
import type { RegionAddress } from "../region/address.ts";

/**
 * How to create an AWS SDK client for the target: with the local region's endpoint, or for AWS itself with its own
 * credentials.
 */
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
 * Access to the local region with this address, otherwise to AWS itself. Only then the operator's AWS settings
 * (profile, FIPS endpoints, credentials) affect this process: see docs/operations.md.
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
 * A region on this machine responds immediately or not at all; AWS may be slow. Without the last switch the SDK
 * only logs a warning on timeout, and continues to wait.
 */
const limits = {
  local: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  aws: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};
