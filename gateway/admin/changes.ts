import { setTimeout as delay } from "node:timers/promises";
import { changeConfiguration, restoreVersion } from "../configuration/apply-change.ts";
import type { Change, Changed } from "../configuration/change-types.ts";
import type { Author } from "../configuration/history.ts";
import type { Propagation } from "../fleet/broadcast.ts";
import { hasInvisible } from "../page/invisible.ts";
import { describeReason } from "../reason.ts";
import type { Administrator } from "./authenticate-administrator.ts";
import { AdminError } from "./errors.ts";
import type { SiteParts } from "./site-parts.ts";

/** The result of a change: the version, and which gateways serve it. */
export interface Outcome extends Changed {
  /** Absent when nothing changed. */
  readonly propagation?: Propagation;
}

/** Number of outcomes kept for the page that follows a form. */
const remembered = 50;

/** Number of later attempts to notify the gateways, and their pauses in milliseconds. */
const laterAttempts = 60;
const laterMs = 500;

/** Stores changes and notifies the gateways. */
export class Changes {
  readonly #parts: SiteParts;
  readonly #propagations = new Map<number, Propagation>();

  constructor(parts: SiteParts) {
    this.#parts = parts;
  }

  /** @throws VersionStaleError, ConfigurationInvalidError, NotFoundError */
  async make(administrator: Administrator, change: Omit<Change, "author">): Promise<Outcome> {
    if (hasInvisible(change.summary ?? ""))
      throw new AdminError("DMM_ADMIN_REQUEST_INVALID", {
        detail: "The summary contains an invisible character.",
      });
    const author = describeAuthor(administrator);
    return this.#publish(await changeConfiguration(this.#parts.pool, { ...change, author }));
  }

  /** @throws VersionStaleError, ConfigurationInvalidError, NotFoundError */
  async restore(administrator: Administrator, version: number, basedOn: number): Promise<Outcome> {
    const author = describeAuthor(administrator);
    return this.#publish(await restoreVersion(this.#parts.pool, version, { basedOn, author }));
  }

  /** The outcome of a version that this process stored recently. */
  findPropagation(version: number): Propagation | undefined {
    return this.#propagations.get(version);
  }

  async #publish(changed: Changed): Promise<Outcome> {
    if (changed.differences.length === 0) return changed;
    try {
      return { ...changed, propagation: await this.#notify(changed.version) };
    } catch (error) {
      // The change is stored, as requested. Gateways also poll, and are notified once that is possible.
      this.#parts.logger.warn(
        { error: describeReason(error), version: changed.version },
        "configuration broadcast failed",
      );
      void this.#notifyLater(changed.version);
      return changed;
    }
  }

  async #notify(version: number): Promise<Propagation> {
    const propagation = await this.#parts.broadcast.notify(version);
    this.#propagations.set(version, propagation);
    for (const old of this.#propagations.keys())
      if (this.#propagations.size > remembered) this.#propagations.delete(old);
    return propagation;
  }

  /** The list of gateways is in the database, so this waits for the database. */
  async #notifyLater(version: number): Promise<void> {
    for (let attempt = 0; attempt < laterAttempts; attempt++) {
      await delay(laterMs, undefined, { ref: false });
      if (await this.#notify(version).catch(() => undefined)) return;
    }
  }
}

export function describeAuthor({ name, certificate }: Administrator): Author {
  return { name, ...(certificate === undefined ? {} : { certificate }) };
}
