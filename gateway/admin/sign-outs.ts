import { isReachable, readFleet } from "../fleet/members.ts";
import { deriveNotificationKey } from "../fleet/notification.ts";
import { sendNotification } from "../fleet/notification-sender.ts";
import { describeReason } from "../reason.ts";
import { signOutPath } from "../users/sign-out-jobs.ts";
import type { SiteParts } from "./site-parts.ts";

/** How many gateways are asked: any of them can do it, for all. */
const mostAsked = 3;

/** Has a gateway carry out what is recorded to be done: tokens, sessions and keys are theirs, this role cannot reach them. */
export class SignOuts {
  readonly #parts: SiteParts;
  readonly #key: Buffer;

  constructor(parts: SiteParts) {
    this.#parts = parts;
    this.#key = deriveNotificationKey(parts.settings.database.password);
  }

  /** `true` when all of it is done; otherwise gateways do it as soon as they can, by looking for orders. */
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
      // It is ordered, which is what was asked for.
      logger.warn({ error: describeReason(error) }, "sign-out not completed");
    }
    return false;
  }
}

function rank(state: string): number {
  return state === "serving" ? 0 : 1;
}
