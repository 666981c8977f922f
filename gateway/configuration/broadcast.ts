import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import { type FleetMember, isReachable, readFleet } from "./fleet.ts";
import { type Acknowledgement, noticePath } from "./notice.ts";
import { sendNotice } from "./notice-sender.ts";

/** What became of one notice. */
export interface Delivery {
  readonly instance: string;
  readonly address: string;
  /** The version that the gateway said it serves; absent when it said nothing. */
  readonly version?: number;
  /** From the start of the broadcast until the answer, in milliseconds. */
  readonly afterMs?: number;
  readonly problem?: string;
}

/** What became of all of them. */
export interface Propagation {
  readonly version: number;
  readonly acknowledged: number;
  readonly of: number;
  /** Until the last acknowledgement, in milliseconds. */
  readonly afterMs: number;
  readonly missing: readonly Delivery[];
}

/** The pauses before further attempts, in milliseconds. */
const pausesMs = [100, 300];

/** Tells every gateway that announced itself of a new version, and collects what each serves then. */
export class Broadcast {
  readonly #pool: Pick<Pool, "query">;
  readonly #key: Buffer;
  readonly #logger: Logger;

  constructor(parts: { readonly pool: Pick<Pool, "query">; readonly key: Buffer; readonly logger: Logger }) {
    this.#pool = parts.pool;
    this.#key = parts.key;
    this.#logger = parts.logger;
  }

  async tell(version: number): Promise<Propagation> {
    const startedAt = performance.now();
    const fleet = await readFleet(this.#pool);
    const told = fleet.members
      .filter(isReachable)
      .map((member) => ({ member, delivery: this.#deliver(member, version, startedAt) }));
    // The starting and the draining hear of it too; but only who serves can be waited for.
    const awaited = told.filter(({ member }) => member.state === "serving");
    const deliveries = await Promise.all(awaited.map(({ delivery }) => delivery));
    const missing = deliveries.filter((delivery) => (delivery.version ?? 0) < version);
    const times = deliveries.map(({ afterMs }) => afterMs ?? 0);
    const propagation = {
      version,
      acknowledged: deliveries.length - missing.length,
      of: deliveries.length,
      afterMs: Math.max(0, ...times),
      missing,
    };
    this.#logger.info(propagation, "configuration broadcast");
    return propagation;
  }

  async #deliver(member: FleetMember, version: number, startedAt: number): Promise<Delivery> {
    const { instance, address } = member;
    let problem = "";
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.#send(member, version);
        const afterMs = Math.round((performance.now() - startedAt) * 10) / 10;
        const refusal = answer.refused?.version === version ? { problem: answer.refused.reason } : {};
        // Another process answers at its address: the one that announced itself is gone.
        if (answer.instance !== instance) problem = "Another process answers at its address.";
        else if (answer.version >= version || answer.refused?.version === version)
          return { instance, address, version: answer.version, afterMs, ...refusal };
        else problem = `It serves version ${answer.version}.`;
      } catch (error) {
        problem = (error as Error).message;
        // It hangs; when it wakes, it looks for itself.
        if ((error as { code?: string }).code === "ETIMEDOUT") return { instance, address, problem };
      }
      const pause = pausesMs[attempt];
      if (pause === undefined) return { instance, address, problem };
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #send(member: FleetMember, version: number): Promise<Acknowledgement> {
    const body = JSON.stringify({ version });
    return JSON.parse(
      await sendNotice(member, { key: this.#key, path: noticePath, body }),
    ) as Acknowledgement;
  }
}
