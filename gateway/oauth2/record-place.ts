import { hash } from "node:crypto";
import { computeGrantTag, computeTokenKey, nameTombstone, readTag } from "../tokens/token-key.ts";

/** Kinds that the request path accepts; they share one key, so that it needs one lookup. */
export const accessTokens: ReadonlySet<string> = new Set(["AccessToken", "ClientCredentials"]);
/** Kinds whose values begin with the tag of their grant. */
export const tagged: ReadonlySet<string> = new Set(["AccessToken", "RefreshToken", "AuthorizationCode"]);

/** Where a record is stored. Everything with the same tag is in one slot of the cluster. */
export interface Place {
  readonly key: string;
  readonly tag: string;
}

/** `undefined` for a value that cannot be of this kind. */
export function findPlace(kind: string, id: string): Place | undefined {
  if (kind === "Grant") return findGrantPlace(id);
  if (!tagged.has(kind) && !accessTokens.has(kind)) {
    const tag = digest(id);
    return { key: `oauth2:${kind}:{${tag}}`, tag };
  }
  const tag = readTag(id);
  if (tag === undefined) return undefined;
  if (accessTokens.has(kind)) return { key: computeTokenKey(id), tag };
  return { key: `oauth2:${kind}:{${tag}}:${digest(id)}`, tag };
}

/** Every grant has a place. */
export function findGrantPlace(id: string): Place {
  const tag = computeGrantTag(id);
  return { key: nameGrant(tag), tag };
}

/**
 * A device code is issued before there is a grant. Once a user has authorized the device, it is stored with the
 * grant, so that consuming it and storing the tokens is one step.
 */
export function placeWithGrant(kind: string, id: string, grantId: string): Place {
  const tag = computeGrantTag(grantId);
  return { key: `oauth2:${kind}:{${tag}}:${digest(id)}`, tag };
}

export function nameGrant(tag: string): string {
  return `oauth2:Grant:{${tag}}`;
}

/** Exists when a client was told that its transaction was not carried out. */
export function nameFence(tag: string, transaction: string): string {
  return `oauth2:aborted:{${tag}}:${transaction}`;
}

/** Written to ensure that earlier writes in the slot are durable. */
export function nameBarrier(tag: string): string {
  return `oauth2:barrier:{${tag}}`;
}

export function nameUid(uid: string): string {
  return `oauth2:uid:${digest(uid)}`;
}

export function nameUserCode(userCode: string): string {
  return `oauth2:user-code:${digest(userCode)}`;
}

export { nameTombstone };

function digest(text: string): string {
  return hash("sha256", text, "base64url");
}
