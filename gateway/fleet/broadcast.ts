import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import { FleetStatus } from "./fleet-status.ts";
import { type FleetMember, isExpected, isReachable } from "./members.ts";
import { type CallResult, callMember } from "./notify-member.ts";

/** The result of one notification. */
export interface Delivery {
  readonly instance: string;
  readonly address: string;
  /** The version that the gateway reports; absent without a response. */
  readonly version?: number;
  /** From the start of the broadcast until the response, in milliseconds. */
  readonly afterMs?: number;
  readonly problem?: string;
}

/** The results of all notifications. */
export interface Propagation {
  readonly version: number;
  readonly acknowledged: number;
  readonly of: number;
  /** Until the last acknowledgement, in milliseconds. */
  readonly afterMs: number;
  readonly missing: readonly Delivery[];
  /** Gateways with a recent heartbeat that have ended since; they serve no requests and are not counted. */
  readonly gone: readonly Delivery[];
}

export interface BroadcastParts {
  readonly pool: Pick<Pool, "query">;
  readonly key: Buffer;
  readonly logger: Logger;
}

/** The pauses before further attempts, in milliseconds. */
const pausesMs = [100, 300];

/** Notifies every gateway that sent a heartbeat of a new version, and collects which version each serves then. */
export class Broadcast {
  /** Receives the gateways that a notification found to be gone. */
  readonly fleetStatus: FleetStatus;
  readonly #parts: BroadcastParts;

  constructor(parts: BroadcastParts) {
    this.#parts = parts;
    this.fleetStatus = new FleetStatus(parts);
  }

  async notify(version: number): Promise<Propagation> {
    const startedAt = performance.now();
    const { members } = await this.fleetStatus.readHeartbeats();
    const notified = members
      .filter((member) => isReachable(member) || member.state === "unresponsive")
      .map((member) => ({ member, delivery: this.#deliver(member, version, startedAt) }));
    // Starting and draining gateways are notified too; but only serving ones are waited for.
    const awaited = notified.filter(({ member }) => isExpected(member));
    const deliveries = await Promise.all(awaited.map(({ delivery }) => delivery));
    const there = deliveries.filter(({ isGone }) => !isGone).map(({ delivery }) => delivery);
    const missing = there.filter((delivery) => (delivery.version ?? 0) < version);
    const propagation = {
      version,
      acknowledged: there.length - missing.length,
      of: there.length,
      afterMs: Math.max(0, ...there.map(({ afterMs }) => afterMs ?? 0)),
      missing,
      gone: deliveries.filter(({ isGone }) => isGone).map(({ delivery }) => delivery),
    };
    this.#parts.logger.info(propagation, "configuration broadcast");
    return propagation;
  }

  async #deliver(
    member: FleetMember,
    version: number,
    startedAt: number,
  ): Promise<{ readonly delivery: Delivery; readonly isGone: boolean }> {
    const { instance, address } = member;
    for (let attempt = 0; ; attempt++) {
      const result = await callMember(member, this.#parts.key, version);
      const afterMs = Math.round((performance.now() - startedAt) * 10) / 10;
      const pause = pausesMs[attempt];
      if (isFinal(result, version) || pause === undefined) {
        const isGone = result.kind === "gone";
        if (isGone) this.fleetStatus.noteGone(instance, result.problem);
        if (result.kind === "responded") this.fleetStatus.noteAcknowledged(instance, result.response.version);
        return { delivery: { instance, address, ...describe(result, version, afterMs) }, isGone };
      }
      await delay(pause);
    }
  }
}

/** Whether retrying is pointless: a hanging gateway polls once it recovers. */
function isFinal(result: CallResult, version: number): boolean {
  if (result.kind === "responded")
    return result.response.version >= version || result.response.refused?.version === version;
  return result.kind === "unresponsive" && result.isLate;
}

function describe(
  result: CallResult,
  version: number,
  afterMs: number,
): Pick<Delivery, "version" | "afterMs" | "problem"> {
  if (result.kind !== "responded") return { problem: result.problem };
  const { response } = result;
  if (response.refused?.version === version)
    return { version: response.version, afterMs, problem: response.refused.reason };
  if (response.version >= version) return { version: response.version, afterMs };
  if (response.version === 0) return { problem: "Not all of its workers respond." };
  const why = response.unread === undefined ? "" : ` It failed to load the newer version: ${response.unread}`;
  return { version: response.version, problem: `It serves version ${response.version}.${why}` };
}
