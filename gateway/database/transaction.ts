import { OperatorError } from "../errors.ts";
import { describeReason } from "../reason.ts";
import { type Pool, type PoolConnection, type RowDataPacket, statementLimitMs } from "./pool.ts";
import { isAway, isConnectionLost, readOnlyError, within } from "./unavailable.ts";

/** Time limit of a transaction including waits for others, in milliseconds. */
const transactionLimitMs = 15_000;

/** The response to COMMIT was lost: everything is stored, or nothing. */
export class CommitUncertainError extends OperatorError {
  readonly fatal = true;

  constructor(cause: unknown) {
    super("DMM_GATEWAY_COMMIT_UNCERTAIN", `Commit outcome unknown: ${describeReason(cause)}`, { cause });
  }
}

/**
 * Runs `work` in one transaction: everything is stored, or nothing.
 *
 * @throws CommitUncertainError where the connection was lost during the commit
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
    // A server that loses a connection rolls back its uncommitted work.
    if (isConnectionLost(error) || !(await isRolledBack(connection))) pool.discard(connection, error);
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
 * Ensures that the next read sees the latest write: a reader may lag, and a name may still lead to the former
 * writer.
 *
 * @throws Error on a reader
 */
export async function requireWriter(connection: PoolConnection): Promise<void> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    "SELECT @@global.read_only OR @@global.innodb_read_only AS is_reader",
  );
  if (Number(row?.is_reader) !== 0) throw readOnlyError();
}
