import { createHash, randomBytes } from "node:crypto";
import type { Region } from "./region.ts";

/** A new id in EC2's format: `vpc-0` and 16 hexadecimal digits. */
export function makeId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

/** A deterministic EC2 id, derived from a seed, for implicitly created resources (a default route table). */
export function deriveId(prefix: string, seed: string): string {
  return `${prefix}-0${createHash("sha256").update(`${prefix}/${seed}`).digest("hex").slice(0, 16)}`;
}

/** An ARN in this region: `makeArn(region, "ec2", "vpc/vpc-0…")`. */
export function makeArn(region: Region, service: string, resource: string): string {
  return `arn:aws:${service}:${region.name}:${region.accountId}:${resource}`;
}

/** An ARN without a region, as IAM and Route 53 use. */
export function makeGlobalArn(region: Region, service: string, resource: string): string {
  return `arn:aws:${service}::${region.accountId}:${resource}`;
}
