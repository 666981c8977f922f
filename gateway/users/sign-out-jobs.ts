import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";

/** Where the admin site tells a gateway that there is an order; never through the balancer. */
export const signOutPath = "/internal/sign-outs";

/**
 * Orders to end everything that somebody holds. They are written in the transaction that is the reason for them, and
 * carried out by whichever gateway sees them first: what was decided happens, whoever dies in between.
 */
export interface SignOutOrder {
  readonly id: number;
  readonly accountId: string;
  /** Whose failed attempts to sign in are forgotten as well: there is a new password. */
  readonly attemptsOf: string | null;
  /** In seconds. What began later is left alone, however late the order is carried out. */
  readonly orderedAt: number;
}

/** `at` is for whoever begins something by the same clock right after it; otherwise the database's time counts. */
export async function orderSignOut(
  connection: Pick<PoolConnection, "query">,
  { accountId, attemptsOf }: Pick<SignOutOrder, "accountId" | "attemptsOf">,
  at?: Date,
): Promise<void> {
  await connection.query(
    "INSERT INTO sign_outs (account_id, attempts_of, ordered_at) VALUES (?, ?, COALESCE(?, UTC_TIMESTAMP(3)))",
    [accountId, attemptsOf, at ?? null],
  );
}

/** The oldest orders that nobody has carried out. */
export async function readSignOutOrders(pool: Pool, limit = 100): Promise<readonly SignOutOrder[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT id, account_id, attempts_of, ordered_at FROM sign_outs ORDER BY id LIMIT ?",
    [limit],
  );
  return rows.map((row) => ({
    id: Number(row.id),
    accountId: String(row.account_id),
    attemptsOf: row.attempts_of === null ? null : String(row.attempts_of),
    orderedAt: Math.floor((row.ordered_at as Date).getTime() / 1000),
  }));
}

export async function isSignOutPending(pool: Pool, accountId: string): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>("SELECT 1 FROM sign_outs WHERE account_id = ? LIMIT 1", [
    accountId,
  ]);
  return rows.length > 0;
}

export async function settleSignOut(pool: Pool, { id }: SignOutOrder): Promise<void> {
  await pool.query("DELETE FROM sign_outs WHERE id = ?", [id]);
}

/**
 * The time of a login is known by the second. Whoever ordered a sign-out waits for the end of that second before
 * anybody hears of it, so that a login which follows is told from one that went before.
 */
export async function untilSecondIsOver(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
}
