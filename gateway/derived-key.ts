import { hkdfSync } from "node:crypto";

/** A 256-bit key for one purpose (RFC 5869). */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", purpose, 32));
}
