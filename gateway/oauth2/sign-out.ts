import type { errors as OAuth2Errors } from "oidc-provider";
import type { Primaries } from "../redis/primaries.ts";
import { AccountMembers } from "./account-members.ts";
import { RedisAdapter } from "./adapter.ts";
import { Consumptions } from "./consumptions.ts";

/**
 * Ends everything that an account got until `endedAt` (in seconds): sessions, and grants with their codes, refresh
 * tokens and access tokens. When it resolves, no gateway accepts any of it any more. May be repeated.
 *
 * @throws RedisUnavailableError when a primary could not be told; whatever is left is found by the next attempt
 */
export async function signOutEverywhere(
  primaries: Primaries,
  accountId: string,
  endedAt: number,
): Promise<number> {
  const members = new AccountMembers(primaries);
  const held = await members.end(accountId, endedAt);
  const grants = createGrants(primaries);
  await Promise.all(
    held.map(({ kind, id }) =>
      kind === "Grant" ? grants.revokeByGrantId(id) : primaries.write(id, ["DEL", id]),
    ),
  );
  await members.forget(accountId, held);
  return held.length;
}

function createGrants(primaries: Primaries): RedisAdapter {
  const consumptions = new Consumptions(primaries, () => undefined);
  // Only what is used up twice throws the library's errors, and nothing is used up here.
  return new RedisAdapter("Grant", { primaries, consumptions, errors: {} as typeof OAuth2Errors });
}
