import type { Author } from "../configuration/history.ts";
import { type Newest, readNewest } from "../database/newest.ts";
import type { Pool, ResultSetHeader, RowDataPacket } from "../database/pool.ts";

export const operatorActionNames = ["rotate-signing-keys", "clear-account", "clear-address"] as const;

export type OperatorActionName = (typeof operatorActionNames)[number];

/** A gateway's outcome of an action. */
export type OperatorActionOutcome =
  | "done"
  /** Keys of an earlier rotation do not sign yet; none were created. */
  | "rotating-already"
  /** The operator supplies the keys in `SIGNING_KEYS`, and rotates them there. */
  | "keys-supplied";

/**
 * Actions that operators request and only gateways can carry out: the admin site has no access to Redis or to the
 * secret that encrypts signing keys. A row is both job and history; without an outcome it is still pending.
 */
export interface OperatorAction {
  readonly action: OperatorActionName;
  /** Whose failed attempts are cleared: a login name or an address. Empty for keys. */
  readonly subject: string;
}

export interface RecordedOperatorAction extends OperatorAction {
  readonly id: number;
  readonly author: string;
  /** Serial number of the author's certificate; absent in development. */
  readonly certificate: string | null;
  readonly requestedAt: Date;
  /** `null` until a gateway has carried it out. */
  readonly outcome: OperatorActionOutcome | null;
}

/** Returns the id. */
export async function requestOperatorAction(
  pool: Pool,
  { action, subject }: OperatorAction,
  { name, certificate }: Author,
): Promise<number> {
  const [{ insertId }] = await pool.query<ResultSetHeader>(
    `INSERT INTO operator_actions (action, subject, author, certificate, requested_at)
     VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))`,
    [action, subject, name, certificate ?? null],
  );
  return insertId;
}

export async function readOperatorAction(
  pool: Pool,
  id: number,
): Promise<RecordedOperatorAction | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>("SELECT * FROM operator_actions WHERE id = ?", [id]);
  return rows.map(parseRow)[0];
}

/** Newest first. */
export async function readOperatorActions(
  pool: Pool,
  page: Newest,
): Promise<readonly RecordedOperatorAction[]> {
  return (await readNewest(pool, "operator_actions", page)).map(parseRow);
}

/** Oldest first. */
export async function readPendingActions(
  pool: Pool,
  limit = 100,
): Promise<readonly RecordedOperatorAction[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT * FROM operator_actions WHERE outcome IS NULL ORDER BY id LIMIT ?",
    [limit],
  );
  return rows.map(parseRow);
}

/** The first outcome is kept: gateways may carry out the same action concurrently. */
export async function settleOperatorAction(
  pool: Pool,
  id: number,
  outcome: OperatorActionOutcome,
): Promise<void> {
  await pool.query("UPDATE operator_actions SET outcome = ? WHERE id = ? AND outcome IS NULL", [outcome, id]);
}

function parseRow(row: RowDataPacket): RecordedOperatorAction {
  return {
    id: Number(row.id),
    action: String(row.action) as OperatorActionName,
    subject: String(row.subject),
    author: String(row.author),
    certificate: row.certificate === null ? null : String(row.certificate),
    requestedAt: row.requested_at as Date,
    outcome: row.outcome === null ? null : (String(row.outcome) as OperatorActionOutcome),
  };
}
