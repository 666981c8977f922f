import type { Pool, RowDataPacket } from "./pool.ts";

/** A page of an append-only list. */
export interface Newest {
  /** Only rows with a smaller id; absent for the first page. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Audit tables, by ascending id. */
type KeptTable = "administrator_changes" | "operator_actions";

/** Rows of a table, newest first. */
export async function readNewest(
  pool: Pool,
  table: KeptTable,
  { before, limit }: Newest,
): Promise<readonly RowDataPacket[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT * FROM ${table} ${before === undefined ? "" : "WHERE id < ?"} ORDER BY id DESC LIMIT ?`,
    before === undefined ? [limit] : [before, limit],
  );
  return rows;
}
