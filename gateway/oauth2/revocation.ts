import type { Command } from "../redis/primaries.ts";
import { lifetimes } from "./lifetimes.ts";
import { nameGrant, nameTombstone } from "./record-place.ts";

/** A revoked grant is remembered for longer than anything that came from it can live, in seconds. */
const tombstoneSeconds = lifetimes.refreshToken + 24 * 3600;

const revokeScript = `
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
redis.call('DEL', KEYS[2])
return 'OK'`;

/** Ends a grant with everything that came from it, or will: one write, however much that is. A new grant has a new tag. */
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
  /** How long it is kept. */
  readonly seconds: number;
}

/** Stores a record unless its grant is revoked: then it would be dead anyway. */
export function planStorage({ key, tag, text, seconds }: StoredRecord): Command {
  return { key, args: ["EVAL", storeScript, "2", key, nameTombstone(tag), text, String(seconds)] };
}
