import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * A client's secret as it is stored. Secrets have 256 random bits, so a fast keyed hash is sufficient: a slow
 * password hash would be the bottleneck of every token request and add no protection.
 */
export function hashClientSecret(key: string, clientId: string, secret: string): string {
  return createHmac("sha256", key).update(clientId).update("\0").update(secret).digest("hex");
}

/** Compares in constant time. */
export function matchesClientSecret(hash: string, presented: string): boolean {
  const left = Buffer.from(hash);
  const right = Buffer.from(presented);
  return left.length === right.length && timingSafeEqual(left, right);
}
