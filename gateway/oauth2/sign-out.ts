import type { Command, Primaries } from "../redis/primaries.ts";
import { type AccountMember, AccountMembers, firstPosition } from "./account-members.ts";
import { findGrantPlace } from "./record-place.ts";
import { planRevocation } from "./revocation.ts";

/**
 * Ends everything that an account obtained until `endedAt` (in seconds): sessions, and grants with their codes,
 * refresh tokens and access tokens. When it resolves, no gateway accepts any of it. Idempotent: what a gateway
 * left unfinished the next one continues.
 *
 * @throws RedisUnavailableError when a primary could not be reached; the next attempt finds the rest
 */
export async function signOutEverywhere(
  primaries: Primaries,
  accountId: string,
  endedAt: number,
): Promise<number> {
  const members = new AccountMembers(primaries);
  let ended = 0;
  for (;;) {
    const before = ended;
    for (let position = firstPosition; ; ) {
      const { found, next } = await members.end(accountId, endedAt, position);
      await primaries.writeAll(found.map(planEnd));
      await members.forget(accountId, found);
      ended += found.length;
      if (next === undefined) break;
      position = next;
    }
    if (ended === before) return ended;
  }
}

function planEnd({ kind, id }: AccountMember): Command {
  return kind === "Grant" ? planRevocation(findGrantPlace(id).tag) : { key: id, args: ["DEL", id] };
}
