import type { Pool } from "../database/pool.ts";
import {
  type Fleet,
  type FleetMember,
  type GatewayState,
  isLongLost,
  readFleet,
  summarizeFleet,
} from "./members.ts";
import { type CallResult, callMember } from "./probe.ts";

/** How long what was found by a call is taken for what is, in milliseconds. */
const freshMs = 1000;

interface Call {
  readonly at: number;
  readonly result: Promise<CallResult>;
  /** What the call before found, for whoever does not wait. */
  readonly last?: CallResult;
}

/**
 * Who is there. What gateways announce is enough for those that do; one that fell silent may hang, have lost the
 * database, or be gone, and is called to find out. An announcement alone would show a hanging gateway for as long as a
 * dead one, and neither of them right.
 */
export class FleetStatus {
  readonly #pool: Pick<Pool, "query">;
  readonly #key: Buffer;
  readonly #calls = new Map<string, Call>();
  /** When a gateway that had announced itself a moment ago was found to be gone. */
  readonly #gone = new Map<string, { readonly at: number; readonly problem: string }>();

  /** The version that a gateway acknowledged; its own announcement of it comes a moment later. */
  readonly #acknowledged = new Map<string, number>();

  constructor(parts: { readonly pool: Pick<Pool, "query">; readonly key: Buffer }) {
    this.#pool = parts.pool;
    this.#key = parts.key;
  }

  /** As announced, but without those that were found to be gone. */
  async readHeartbeats(): Promise<Fleet> {
    const { version, members } = await readFleet(this.#pool);
    this.#forgetAllBut(members);
    return summarizeFleet(
      version,
      members.map((member) => this.#withAcknowledged(this.#withoutGone(member))),
    );
  }

  /** As it is: who is silent is called. */
  async read(): Promise<Fleet> {
    const { version, members } = await this.readHeartbeats();
    const found = members.map((member) =>
      member.state === "unresponsive" ? this.#find(member, version) : member,
    );
    return summarizeFleet(version, await Promise.all(found));
  }

  /** A gateway is gone: it is not counted from now on, unless it gives a sign of life. */
  noteGone(instance: string, problem: string): void {
    this.#gone.set(instance, { at: Date.now(), problem });
  }

  /** A gateway acknowledged a version: it never serves an older one after that. */
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

  /** Waits for the first call only: a page must not take a second longer for each gateway that hangs. */
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
