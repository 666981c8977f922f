import type { Grants, Insider } from "../../verify/index.ts";
import { withAccessLock } from "../access/access-lock.ts";
import { readAuthority } from "../access/authority.ts";
import { parseGrantName } from "../access/grants.ts";
import { issueCertificate } from "../access/issue-certificate.ts";
import { findCheckSerials, publishRevocations, storeRevocations } from "../access/revoke.ts";
import type { OpenEnvironment } from "../open-environment.ts";

/** The grants of one run of `verify`; none outlives it. */
export interface CheckGrants extends Grants {
  /**
   * Revokes all grants of checks that are still valid, including those of a killed run. Does nothing if there are
   * none.
   */
  revokeRest(): Promise<void>;
}

/**
 * The operator's own functions, for checks that need their own insider. Certificates and keys stay in this
 * process, so that nothing is left on disk however it ends; their serial numbers are registered, so that the next
 * command can revoke them.
 */
export function createCheckGrants({ name, folder, record, aws, outputs }: OpenEnvironment): CheckGrants {
  const serials = new Map<string, string>();
  const revoke = async (dead: readonly string[]) => {
    await storeRevocations(folder.access, dead);
    if (outputs.access) await publishRevocations(folder.access, { aws, trustStore: outputs.access });
  };
  return {
    issue: ({ name: insider, lifetimeSeconds }) =>
      withAccessLock(folder, name, async (): Promise<Insider> => {
        const left = Math.ceil((Date.parse(record.expires) - Date.now()) / 1000);
        const { serial, certificate, key } = await issueCertificate(
          folder.access,
          await readAuthority(folder.access),
          {
            environment: name,
            name: parseGrantName(insider),
            lifetimeSeconds: Math.max(1, Math.min(lifetimeSeconds, left)),
            check: true,
          },
        );
        serials.set(insider, serial);
        return { name: insider, certificate, key };
      }),
    revoke: (insider) =>
      withAccessLock(folder, name, async () => {
        const serial = serials.get(insider);
        if (serial !== undefined) await revoke([serial]);
      }),
    async revokeRest() {
      await withAccessLock(folder, name, async () => {
        const rest = findCheckSerials(folder.access);
        if (rest.length > 0) await revoke(rest);
      });
    },
  };
}
