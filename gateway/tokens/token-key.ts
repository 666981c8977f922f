import { hash } from "node:crypto";

/** Characters of a token that identify its grant: 96 bits, so that no two grants share them. */
const tagLength = 16;
const tagged = /^[A-Za-z0-9_-]{16}/;

/**
 * The tag of a grant. Everything issued from the grant begins with it, and the grant itself is stored under it:
 * all of it is in one slot of the cluster, together with the mark that revokes it.
 */
export function computeGrantTag(grantId: string): string {
  return digest(grantId).slice(0, tagLength);
}

/**
 * The tag that a token begins with; random where the token has no grant. `undefined` for a value that is not one
 * of our tokens.
 */
export function readTag(token: string): string | undefined {
  return tagged.test(token) ? token.slice(0, tagLength) : undefined;
}

/**
 * Where an access token is stored. Redis has only its digest: a copy of the store grants no access. Tokens are
 * random, so no salt is needed.
 */
export function computeTokenKey(token: string): string {
  return `token:{${token.slice(0, tagLength)}}:${digest(token)}`;
}

/** Exists when everything with the tag is revoked, in the same slot. */
export function nameTombstone(tag: string): string {
  return `revoked:{${tag}}`;
}

function digest(text: string): string {
  return hash("sha256", text, "base64url");
}
