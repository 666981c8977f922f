import type { Pool, PoolConnection } from "./pool.ts";

/** Runs `work` in one transaction: all of it is stored, or nothing. */
export async function inTransaction<T>(
  pool: Pool,
  work: (connection: PoolConnection) => Promise<T>,
  start = "START TRANSACTION",
): Promise<T> {
  const connection = await pool.getConnection();
  try {
    await connection.query(start);
    const result = await work(connection);
    await connection.query("COMMIT");
    connection.release();
    return result;
  } catch (error) {
    await connection.query("ROLLBACK").catch(() => {});
    connection.release();
    throw error;
  }
}
