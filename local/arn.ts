import { createHash, randomBytes } from "node:crypto";
import type { Region } from "./region.ts";

/** A new id as EC2 writes them: `vpc-0` and 16 hexadecimal digits. */
export function makeId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

/** An id as EC2 writes them that follows from a seed, for what a resource brings along (its default route table). */
export function deriveId(prefix: string, seed: string): string {
  return `${prefix}-0${createHash("sha256").update(`${prefix}/${seed}`).digest("hex").slice(0, 16)}`;
}

/** The ARN of something in this region: `makeArn(region, "ec2", "vpc/vpc-0…")`. */
export function makeArn(region: Region, service: string, resource: string): string {
  return `arn:aws:${service}:${region.name}:${region.accountId}:${resource}`;
}

/** The ARN of something that belongs to the account and no region, as IAM and Route 53 have them. */
export function makeGlobalArn(region: Region, service: string, resource: string): string {
  return `arn:aws:${service}::${region.accountId}:${resource}`;
}
