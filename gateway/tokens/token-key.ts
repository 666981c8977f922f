import { hash } from "node:crypto";

/**
 * Where a token is kept. The token itself is not in Redis, only its digest: a copy of the store lets nobody in. Tokens
 * are random, so no salt is needed.
 */
export function computeTokenKey(token: string): string {
  return `token:${hash("sha256", token, "base64url")}`;
}
