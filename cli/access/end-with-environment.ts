import type { EnvironmentRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { readAuthority } from "./authority.ts";
import { issueGrant, listGrants } from "./grants.ts";
import { findOutliving, storeRevocations } from "./revoke.ts";

/** Seconds that an environment still has. Throws DMM_ENVIRONMENT_EXPIRED after its end. */
export function requireLifetime({ name, expires }: Pick<EnvironmentRecord, "name" | "expires">): number {
  const left = Math.floor((Date.parse(expires) - Date.now()) / 1000);
  if (left >= 1) return left;
  throw new OperatorError("DMM_ENVIRONMENT_EXPIRED", { name, expires });
}

/**
 * Lets no certificate outlive its environment, whose life may have been shortened: insiders get another one until the
 * end, and those that they have are put on the revocation list, which is then to be published. Returns the insiders.
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
