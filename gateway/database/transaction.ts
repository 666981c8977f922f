import { describeReason } from "../reason.ts";
import { isAway, isBroken, readOnlyError, within } from "./outage.ts";
import { type Pool, type PoolConnection, type RowDataPacket, statementLimitMs } from "./pool.ts";

/** How long a transaction may take as a whole, in milliseconds: waiting for others included. */
const transactionLimitMs = 15_000;

/** The answer to a COMMIT did not come: everything is stored, or nothing is. */
export class CommitUncertainError extends Error {
  readonly fatal = true;

  constructor(cause: unknown) {
    super(`Commit outcome unknown: ${describeReason(cause)}`, { cause });
    this.name = "CommitUncertainError";
  }
}

/**
 * Runs `work` in one transaction: all of it is stored, or nothing.
 *
 * @throws CommitUncertainError where the database was lost in the one moment in which that cannot be told
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (connection: PoolConnection) => Promise<T>,
  start = "START TRANSACTION",
): Promise<T> {
  const connection = await pool.getConnection();
  let committing = false;
  const run = async () => {
    await connection.query(start);
    const result = await work(connection);
    committing = true;
    await connection.query("COMMIT");
    return result;
  };
  try {
    const result = await within(transactionLimitMs, run());
    connection.release();
    return result;
  } catch (error) {
    const uncertain = committing && isAway(error);
    // A server that loses a connection rolls back what was not committed on it.
    if (isBroken(error) || !(await isRolledBack(connection))) pool.discard(connection, error);
    else connection.release();
    throw uncertain ? new CommitUncertainError(error) : error;
  }
}

function isRolledBack(connection: PoolConnection): Promise<boolean> {
  return within(statementLimitMs, connection.query("ROLLBACK")).then(
    () => true,
    () => false,
  );
}

/**
 * Makes sure that what is read next was written last: a reader may be behind, and one that was the writer a moment ago
 * is reached by a name that still leads to it.
 *
 * @throws Error of a reader
 */
export async function requireWriter(connection: PoolConnection): Promise<void> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    "SELECT @@global.read_only OR @@global.innodb_read_only AS is_reader",
  );
  if (Number(row?.is_reader) !== 0) throw readOnlyError();
}
