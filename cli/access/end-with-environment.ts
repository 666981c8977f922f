import type { EnvironmentRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { readAuthority } from "./authority.ts";
import { listGrants } from "./grants.ts";
import { issueGrant } from "./issue-grant.ts";
import { findOutliving, storeRevocations } from "./revoke.ts";

/** Remaining lifetime of an environment in seconds. Throws DMM_ENVIRONMENT_EXPIRED after its end. */
export function requireLifetime({ name, expires }: Pick<EnvironmentRecord, "name" | "expires">): number {
  const left = Math.floor((Date.parse(expires) - Date.now()) / 1000);
  if (left >= 1) return left;
  throw new OperatorError("DMM_ENVIRONMENT_EXPIRED", { name, expires });
}

/**
 * Ensures that no certificate outlives its environment, whose lifetime may have been shortened: insiders get new
 * certificates that end with it, and the previous ones are put on the revocation list, which must then be
 * published. Returns the insiders.
 */
export async function endWithEnvironment(
  directory: string,
  { name, expires }: Pick<EnvironmentRecord, "name" | "expires">,
): Promise<readonly string[]> {
  const end = new Date(expires);
  const outliving = findOutliving(directory, end);
  if (outliving.length === 0) return [];
  const serials = new Set(outliving.map(({ serial }) => serial));
  const authority = await readAuthority(directory);
  const shortened = listGrants(directory).filter(
    (grant) => serials.has(grant.serial) && grant.revoked === undefined,
  );
  for (const grant of shortened) {
    const lifetimeSeconds = Math.max(1, (end.getTime() - Date.now()) / 1000);
    await issueGrant(directory, authority, {
      environment: name,
      name: grant.name,
      lifetimeSeconds,
      renew: true,
    });
  }
  await storeRevocations(directory, [...serials]);
  return shortened.map((grant) => grant.name);
}
