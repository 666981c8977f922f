import { isIP } from "node:net";
import {
  type OperatorAction,
  type RecordedOperatorAction,
  readOperatorAction,
  requestOperatorAction,
} from "../login/operator-actions.ts";
import type { Administrator } from "./authenticate-administrator.ts";
import { describeAuthor } from "./changes.ts";
import { AdminError } from "./errors.ts";
import type { SignOuts } from "./sign-outs.ts";
import type { SiteParts } from "./site-parts.ts";

/** Longest accepted login name. */
export const longestSubject = 100;

/** Has gateways carry out operator actions, and records who requested them. */
export class OperatorActions {
  readonly #parts: SiteParts;
  readonly #signOuts: SignOuts;

  constructor(parts: SiteParts, signOuts: SignOuts) {
    this.#parts = parts;
    this.#signOuts = signOuts;
  }

  /** Returns no outcome if no gateway could be reached yet. @throws AdminError for an invalid subject */
  async request(administrator: Administrator, action: OperatorAction): Promise<RecordedOperatorAction> {
    validateSubject(action);
    const { pool, logger } = this.#parts;
    const id = await requestOperatorAction(pool, action, describeAuthor(administrator));
    await this.#signOuts.carryOut();
    const recorded = await readOperatorAction(pool, id);
    if (recorded === undefined) throw new Error(`Action ${id} is no longer recorded.`);
    const { outcome } = recorded;
    logger.info({ action: action.action, author: administrator.name, outcome }, "operator action requested");
    return recorded;
  }
}

function validateSubject({ action, subject }: OperatorAction): void {
  if (action === "clear-address" && isIP(subject) === 0)
    throw new AdminError("DMM_ADMIN_REQUEST_INVALID", {
      detail: "The address must be an IPv4 or IPv6 address.",
    });
  if (action === "clear-account" && (subject === "" || subject.length > longestSubject))
    throw new AdminError("DMM_ADMIN_REQUEST_INVALID", {
      detail: `The account must have 1 to ${longestSubject} characters.`,
    });
}
