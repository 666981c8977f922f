import type { Command } from "../redis/primaries.ts";
import { lifetimes } from "./lifetimes.ts";
import { nameGrant, nameTombstone } from "./record-place.ts";

/** How long a grant's revocation is remembered, in seconds: longer than anything issued from it can live. */
const tombstoneSeconds = lifetimes.refreshToken + 24 * 3600;

const revokeScript = `
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
redis.call('DEL', KEYS[2])
return 'OK'`;

/**
 * Revokes a grant with everything issued from it, also later: one write, whatever the number. A new grant has a
 * new tag.
 */
export function planRevocation(tag: string): Command {
  const [tombstone, grant] = [nameTombstone(tag), nameGrant(tag)];
  return { key: tombstone, args: ["EVAL", revokeScript, "2", tombstone, grant, String(tombstoneSeconds)] };
}

const storeScript = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 'revoked' end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 'OK'`;

export interface StoredRecord {
  readonly key: string;
  readonly tag: string;
  readonly text: string;
  /** How long it is stored. */
  readonly seconds: number;
}

/** Stores a record unless its grant is revoked, which would make it invalid. */
export function planStorage({ key, tag, text, seconds }: StoredRecord): Command {
  return { key, args: ["EVAL", storeScript, "2", key, nameTombstone(tag), text, String(seconds)] };
}
