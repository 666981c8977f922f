import type { Pool, RowDataPacket } from "../database/pool.ts";
import { heartbeatMs } from "./heartbeat.ts";

/** Time without a heartbeat after which a gateway counts as lost, in milliseconds. */
const lostAfterMs = 3 * heartbeatMs;

/** How long entries are read, and how long those that are gone are still shown, in seconds. */
const readForSeconds = 600;
const shownSeconds = 120;

/** *lost* stopped sending heartbeats and may still run; *gone* has ended without saying so. */
export type GatewayState = "starting" | "serving" | "draining" | "closed" | "unresponsive" | "gone";

/** One gateway: what its heartbeat reported, and where that is overdue, what the probe found. */
export interface FleetMember {
  readonly instance: string;
  readonly address: string;
  readonly port: number;
  readonly state: GatewayState;
  /** The state in its last heartbeat. */
  readonly announced: string;
  readonly version: number;
  readonly refused: { readonly version: number; readonly reason: string } | null;
  readonly startedAt: Date;
  /** Since its last heartbeat, in milliseconds. */
  readonly unresponsiveMs: number;
  /** Why it differs from its heartbeat, in a sentence. */
  readonly problem?: string;
}

/** "12 of 12 serve version 41". */
export interface Fleet {
  /** The version that all should serve. */
  readonly version: number;
  /** Gateways that accept requests as far as known, including lost ones, without those that are gone. */
  readonly serving: number;
  /** How many of them serve `version`. */
  readonly current: number;
  readonly members: readonly FleetMember[];
}

/**
 * The gateways according to their heartbeats; one whose heartbeat is overdue counts as lost until it is probed.
 */
export async function readFleet(pool: Pick<Pool, "query">): Promise<Fleet> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT gateways.*, configuration.version AS wanted,
       TIMESTAMPDIFF(MICROSECOND, seen_at, UTC_TIMESTAMP(3)) DIV 1000 AS silent_ms
     FROM configuration LEFT JOIN gateways ON seen_at > UTC_TIMESTAMP(3) - INTERVAL ${readForSeconds} SECOND
     WHERE configuration.id = 1 ORDER BY address, port, started_at`,
  );
  const members = rows.filter((row) => row.instance !== null).map(parseMember);
  return summarizeFleet(Number(rows[0]?.wanted ?? 0), members.map(supersede));
}

/** Counts the gateways, without those that left long ago. */
export function summarizeFleet(version: number, members: readonly FleetMember[]): Fleet {
  const expected = members.filter(isExpected);
  return {
    version,
    serving: expected.length,
    current: expected.filter((member) => servesVersion(member, version)).length,
    members: members.filter(
      ({ state, unresponsiveMs }) =>
        (state !== "closed" && state !== "gone") || unresponsiveMs < shownSeconds * 1000,
    ),
  };
}

/** Whether it may serve requests and must therefore serve the current version. */
export function isExpected({ state, announced }: FleetMember): boolean {
  return state === "serving" || (state === "unresponsive" && announced === "serving");
}

export function servesVersion({ state, version }: FleetMember, wanted: number): boolean {
  return state === "serving" && version === wanted;
}

/** Gateways that accept requests or may still receive some. */
export function isReachable({ state }: FleetMember): boolean {
  return state === "starting" || state === "serving" || state === "draining";
}

/** Whether its heartbeat is overdue for so long that the orchestrator has replaced it by now. */
export function isLongLost({ unresponsiveMs }: FleetMember): boolean {
  return unresponsiveMs >= shownSeconds * 1000;
}

/** Deletes gateways that left long ago. */
export async function forgetGone(pool: Pool): Promise<void> {
  await pool.query("DELETE FROM gateways WHERE seen_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY");
}

function parseMember(row: RowDataPacket): FleetMember {
  const unresponsiveMs = Math.max(0, Number(row.silent_ms));
  const announced = String(row.state);
  return {
    instance: String(row.instance),
    address: String(row.address),
    port: Number(row.port),
    state:
      announced !== "closed" && unresponsiveMs > lostAfterMs ? "unresponsive" : (announced as GatewayState),
    announced,
    version: Number(row.version),
    refused:
      row.refused_version === null
        ? null
        : { version: Number(row.refused_version), reason: String(row.refusal ?? "") },
    startedAt: row.started_at as Date,
    unresponsiveMs,
  };
}

/** An address is reused only after its former task is gone. Members with one address are in start order. */
function supersede(member: FleetMember, index: number, members: readonly FleetMember[]): FleetMember {
  const next = members[index + 1];
  const isSuperseded = next?.address === member.address && next.port === member.port;
  if (!isSuperseded || member.state === "closed") return member;
  return { ...member, state: "gone", problem: "A newer gateway uses its address." };
}
