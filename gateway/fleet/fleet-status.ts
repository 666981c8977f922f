import type { Pool } from "../database/pool.ts";
import {
  type Fleet,
  type FleetMember,
  type GatewayState,
  isLongLost,
  readFleet,
  summarizeFleet,
} from "./members.ts";
import { type CallResult, callMember } from "./notify-member.ts";

/** How long the result of a probe counts as current, in milliseconds. */
const freshMs = 1000;

interface Call {
  readonly at: number;
  readonly result: Promise<CallResult>;
  /** The previous probe's result, for callers that do not wait. */
  readonly last?: CallResult;
}

/**
 * The current gateways. Heartbeats are sufficient while they arrive; a gateway whose heartbeat is overdue may
 * hang, have lost the database, or be gone, and is probed. Heartbeats alone would show a hanging gateway and a
 * dead one alike.
 */
export class FleetStatus {
  readonly #pool: Pick<Pool, "query">;
  readonly #key: Buffer;
  readonly #calls = new Map<string, Call>();
  /** When a gateway with a recent heartbeat was found to be gone. */
  readonly #gone = new Map<string, { readonly at: number; readonly problem: string }>();

  /** The version that a gateway acknowledged; its own heartbeat with it follows later. */
  readonly #acknowledged = new Map<string, number>();

  constructor(parts: { readonly pool: Pick<Pool, "query">; readonly key: Buffer }) {
    this.#pool = parts.pool;
    this.#key = parts.key;
  }

  /** As heartbeats report, without those that were found to be gone. */
  async readHeartbeats(): Promise<Fleet> {
    const { version, members } = await readFleet(this.#pool);
    this.#forgetAllBut(members);
    return summarizeFleet(
      version,
      members.map((member) => this.#withAcknowledged(this.#withoutGone(member))),
    );
  }

  /** Probes gateways whose heartbeat is overdue. */
  async read(): Promise<Fleet> {
    const { version, members } = await this.readHeartbeats();
    const found = members.map((member) =>
      member.state === "unresponsive" ? this.#find(member, version) : member,
    );
    return summarizeFleet(version, await Promise.all(found));
  }

  /** A gateway is gone: not counted any longer, unless it sends another heartbeat. */
  noteGone(instance: string, problem: string): void {
    this.#gone.set(instance, { at: Date.now(), problem });
  }

  /** A gateway acknowledged a version: it never serves an older one afterwards. */
  noteAcknowledged(instance: string, version: number): void {
    this.#acknowledged.set(instance, Math.max(version, this.#acknowledged.get(instance) ?? 0));
  }

  #withAcknowledged(member: FleetMember): FleetMember {
    const version = this.#acknowledged.get(member.instance) ?? 0;
    return version > member.version ? { ...member, version } : member;
  }

  #withoutGone(member: FleetMember): FleetMember {
    const gone = this.#gone.get(member.instance);
    const isGone = gone !== undefined && Date.now() - member.unresponsiveMs <= gone.at;
    return isGone && member.state !== "closed" ? { ...member, state: "gone", problem: gone.problem } : member;
  }

  async #find(member: FleetMember, version: number): Promise<FleetMember> {
    const result = await this.#call(member, version);
    if (result.kind === "gone") this.noteGone(member.instance, result.problem);
    return describeFound(member, result);
  }

  /** Waits for the first probe only, so that each hanging gateway does not delay a page by a second. */
  async #call(member: FleetMember, version: number): Promise<CallResult> {
    const known = this.#calls.get(member.instance);
    if (known !== undefined && Date.now() - known.at < freshMs) return known.last ?? known.result;
    const last = await known?.result;
    const result = callMember(member, this.#key, version);
    this.#calls.set(member.instance, { at: Date.now(), result, ...(last === undefined ? {} : { last }) });
    return last ?? result;
  }

  #forgetAllBut(members: readonly FleetMember[]): void {
    const names = new Set(members.map(({ instance }) => instance));
    for (const name of this.#calls.keys()) if (!names.has(name)) this.#calls.delete(name);
    for (const name of this.#gone.keys()) if (!names.has(name)) this.#gone.delete(name);
    for (const name of this.#acknowledged.keys()) if (!names.has(name)) this.#acknowledged.delete(name);
  }
}

function describeFound(member: FleetMember, result: CallResult): FleetMember {
  if (result.kind === "responded") {
    const { state, version, refused = null } = result.response;
    const problem = "It responds but cannot reach the database.";
    return { ...member, state: state as GatewayState, version, refused, problem };
  }
  const isGone = result.kind === "gone" || (!result.connected && isLongLost(member));
  return { ...member, state: isGone ? "gone" : "unresponsive", problem: result.problem };
}
