import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * A client's secret as it is stored. Secrets are generated with 256 bits, so a fast keyed hash is right: a slow one,
 * made for passwords that people choose, would be the bottleneck of every token request and protect nothing more.
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
