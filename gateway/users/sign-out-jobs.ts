import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";

/** Where the admin site notifies a gateway of a job; never through the balancer. */
export const signOutPath = "/internal/sign-outs";

/**
 * Jobs that end all sessions and grants of a user. A job is written in the transaction that causes it, and carried
 * out by the gateway that sees it first: it is carried out even if a process dies in between.
 */
export interface SignOutJob {
  readonly id: number;
  readonly accountId: string;
  /** The user whose failed login attempts are cleared as well: there is a new password. */
  readonly attemptsOf: string | null;
  /** In seconds. What began later is kept, however late the job runs. */
  readonly requestedAt: number;
}

/** `at` is for callers that begin something by the same clock right afterwards; by default the database's time. */
export async function addSignOutJob(
  connection: Pick<PoolConnection, "query">,
  { accountId, attemptsOf }: Pick<SignOutJob, "accountId" | "attemptsOf">,
  at?: Date,
): Promise<void> {
  await connection.query(
    "INSERT INTO sign_outs (account_id, attempts_of, ordered_at) VALUES (?, ?, COALESCE(?, UTC_TIMESTAMP(3)))",
    [accountId, attemptsOf, at ?? null],
  );
}

/** The oldest pending jobs. */
export async function readSignOutJobs(pool: Pool, limit = 100): Promise<readonly SignOutJob[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT id, account_id, attempts_of, ordered_at FROM sign_outs ORDER BY id LIMIT ?",
    [limit],
  );
  return rows.map((row) => ({
    id: Number(row.id),
    accountId: String(row.account_id),
    attemptsOf: row.attempts_of === null ? null : String(row.attempts_of),
    requestedAt: Math.floor((row.ordered_at as Date).getTime() / 1000),
  }));
}

export async function isSignOutPending(pool: Pool, accountId: string): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>("SELECT 1 FROM sign_outs WHERE account_id = ? LIMIT 1", [
    accountId,
  ]);
  return rows.length > 0;
}

export async function settleSignOut(pool: Pool, { id }: SignOutJob): Promise<void> {
  await pool.query("DELETE FROM sign_outs WHERE id = ?", [id]);
}

/**
 * Login times have a resolution of one second. The caller that adds a sign-out job waits for the end of that
 * second before it reports success, so that a later login can be distinguished from an earlier one.
 */
export async function untilSecondIsOver(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
}
