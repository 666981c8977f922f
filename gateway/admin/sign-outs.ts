import { isReachable, readFleet } from "../fleet/members.ts";
import { deriveNotificationKey } from "../fleet/notification.ts";
import { sendNotification } from "../fleet/notification-sender.ts";
import { describeReason } from "../reason.ts";
import { signOutPath } from "../users/sign-out-jobs.ts";
import type { SiteParts } from "./site-parts.ts";

/** Number of gateways notified; any of them can do the work for all. */
const mostAsked = 3;

/** Has a gateway carry out recorded jobs: this role has no access to tokens, sessions and keys. */
export class SignOuts {
  readonly #parts: SiteParts;
  readonly #key: Buffer;

  constructor(parts: SiteParts) {
    this.#parts = parts;
    this.#key = deriveNotificationKey(parts.settings.database.password);
  }

  /** `true` when all jobs are done; otherwise gateways find them by polling. */
  async carryOut(): Promise<boolean> {
    const { pool, logger } = this.#parts;
    try {
      const { members } = await readFleet(pool);
      const asked = members.filter(isReachable).sort((a, b) => rank(a.state) - rank(b.state));
      for (const member of asked.slice(0, mostAsked))
        try {
          await sendNotification(member, { key: this.#key, path: signOutPath, body: "{}" });
          return true;
        } catch (error) {
          logger.warn({ address: member.address, error: describeReason(error) }, "sign-out not completed");
        }
    } catch (error) {
      // The job is stored, as requested.
      logger.warn({ error: describeReason(error) }, "sign-out not completed");
    }
    return false;
  }
}

function rank(state: string): number {
  return state === "serving" ? 0 : 1;
}
