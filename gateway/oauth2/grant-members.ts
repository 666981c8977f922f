import type { Primaries } from "../redis/primaries.ts";
import { lifetimes } from "./lifetimes.ts";

/** A revoked grant is remembered for longer than any request that might still issue something from it. */
const tombstoneSeconds = 3600;

/** Adds a key to what a grant brought forth, forgets what has expired, and tells whether the grant was revoked. */
const addScript = `
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return redis.call('EXISTS', KEYS[2])`;

/** Marks the grant as revoked and gives back its keys: whatever is added from here on sees the mark. */
const revokeScript = `
redis.call('SET', KEYS[2], '1', 'EX', ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)`;

/**
 * Keys of the codes and tokens that came from one grant. They lie in other slots than the grant's list, so that they
 * cannot change in one step: instead a token is written first and listed second, a grant is marked first and its
 * tokens deleted second. Whichever of two concurrent requests comes later sees what the other did.
 */
export class GrantMembers {
  readonly #primaries: Primaries;

  constructor(primaries: Primaries) {
    this.#primaries = primaries;
  }

  /** `true` when the grant was revoked meanwhile: then the key must go again. */
  async add(grantId: string, key: string, expiresAt: number): Promise<boolean> {
    const now = String(Math.floor(Date.now() / 1000));
    const values = [key, String(expiresAt), now, String(lifetimes.refreshToken + tombstoneSeconds)];
    const { members, tombstone } = nameKeys(grantId);
    const revoked = await this.#primaries.write(members, [
      "EVAL",
      addScript,
      "2",
      members,
      tombstone,
      ...values,
    ]);
    return revoked === 1;
  }

  /** Keys that must be deleted now. They stay listed until `forget`, so that whoever breaks off can begin again. */
  async revoke(grantId: string): Promise<string[]> {
    const { members, tombstone } = nameKeys(grantId);
    const command = ["EVAL", revokeScript, "2", members, tombstone, String(tombstoneSeconds)];
    return (await this.#primaries.write(members, command)) as string[];
  }

  /** To be called when the keys are deleted. */
  async forget(grantId: string): Promise<void> {
    const { members } = nameKeys(grantId);
    await this.#primaries.write(members, ["DEL", members]);
  }
}

/** Both in the slot of the grant's id. */
function nameKeys(grantId: string): { readonly members: string; readonly tombstone: string } {
  return { members: `oauth2:grant:{${grantId}}`, tombstone: `oauth2:revoked:{${grantId}}` };
}
