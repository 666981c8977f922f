import type { Pool, RowDataPacket } from "../database/pool.ts";
import { heartbeatMs } from "./announcement.ts";

/** Without a sign of life for this long a gateway counts as lost, in milliseconds. */
const lostAfterMs = 3 * heartbeatMs;

/** How long those that are gone are still shown, in seconds. */
const shownSeconds = 120;

/** *lost* said nothing any more without having closed. */
export type GatewayState = "starting" | "serving" | "draining" | "closed" | "lost";

/** One gateway, as it announced itself. */
export interface FleetMember {
  readonly instance: string;
  readonly address: string;
  readonly port: number;
  readonly state: GatewayState;
  readonly version: number;
  readonly refused: { readonly version: number; readonly reason: string } | null;
  readonly startedAt: Date;
  /** Since its last sign of life, in milliseconds. */
  readonly silentMs: number;
}

/** "12 of 12 serve version 41". */
export interface Fleet {
  /** The version that all should serve. */
  readonly version: number;
  /** Gateways in the state *serving*. */
  readonly serving: number;
  /** How many of them serve `version`. */
  readonly current: number;
  readonly members: readonly FleetMember[];
}

/** The gateways that live, and those that went a moment ago. */
export async function readFleet(pool: Pick<Pool, "query">): Promise<Fleet> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT gateways.*, configuration.version AS wanted,
       TIMESTAMPDIFF(MICROSECOND, seen_at, UTC_TIMESTAMP(3)) DIV 1000 AS silent_ms
     FROM configuration LEFT JOIN gateways ON seen_at > UTC_TIMESTAMP(3) - INTERVAL ${shownSeconds} SECOND
     WHERE configuration.id = 1 ORDER BY address, port, started_at`,
  );
  const version = Number(rows[0]?.wanted ?? 0);
  const members = rows.filter((row) => row.instance !== null).map(parseMember);
  const serving = members.filter(({ state }) => state === "serving");
  return {
    version,
    serving: serving.length,
    current: serving.filter((member) => member.version === version).length,
    members,
  };
}

/** Those that take requests or may still be given some. */
export function isReachable({ state }: FleetMember): boolean {
  return state === "starting" || state === "serving" || state === "draining";
}

/** Forgets gateways that went long ago. */
export async function forgetGone(pool: Pool): Promise<void> {
  await pool.query("DELETE FROM gateways WHERE seen_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY");
}

function parseMember(row: RowDataPacket): FleetMember {
  const silentMs = Math.max(0, Number(row.silent_ms));
  const state = String(row.state) as GatewayState;
  return {
    instance: String(row.instance),
    address: String(row.address),
    port: Number(row.port),
    state: state !== "closed" && silentMs > lostAfterMs ? "lost" : state,
    version: Number(row.version),
    refused:
      row.refused_version === null
        ? null
        : { version: Number(row.refused_version), reason: String(row.refusal ?? "") },
    startedAt: row.started_at as Date,
    silentMs,
  };
}
