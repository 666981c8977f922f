import { setTimeout as delay } from "node:timers/promises";
import type { Pool, PoolConnection } from "../database/pool.ts";
import { CommitUncertainError, inTransaction, requireWriter } from "../database/transaction.ts";
import { isAway, isReadOnly } from "../database/unavailable.ts";
import { ChangeNotStoredError, ChangeUncertainError } from "./change-errors.ts";
import type { Changed } from "./change-types.ts";
import { findVersionOfChange } from "./history.ts";

/**
 * How long to wait for a lost database, in milliseconds: an Aurora failover takes 30 s, the balancer times out
 * after 60 s.
 */
const settleWithinMs = 40_000;
const retryMs = 200;

/** One attempt at a change, with the id by which it is found again. */
export interface Attempt {
  readonly changeId: string;
  readonly make: () => Promise<Changed>;
  /** Waits for a concurrent change, so that what is read afterwards is final. */
  readonly lock: (connection: PoolConnection) => Promise<unknown>;
}

/**
 * Determines whether a change was stored, although the database connection was lost.
 *
 * @throws ChangeNotStoredError; ChangeUncertainError where no writer returned in time
 */
export async function settleChange(
  pool: Pool,
  attempt: Attempt,
  withinMs = settleWithinMs,
): Promise<Changed> {
  try {
    return await attempt.make().catch((error: unknown) => {
      // The pool has dropped the connections to the former writer; the name now resolves to the new one.
      if (isReadOnly(error)) return attempt.make();
      throw error;
    });
  } catch (error) {
    if (error instanceof CommitUncertainError) return findOutcome(pool, attempt, { lost: error, withinMs });
    throw isAway(error) ? new ChangeNotStoredError(error) : error;
  }
}

async function findOutcome(
  pool: Pool,
  attempt: Attempt,
  { lost, withinMs }: { readonly lost: CommitUncertainError; readonly withinMs: number },
): Promise<Changed> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    try {
      const found = await inTransaction(pool, async (connection) => {
        await requireWriter(connection);
        await attempt.lock(connection);
        return findVersionOfChange(connection, attempt.changeId);
      });
      if (found === undefined) throw new ChangeNotStoredError(lost);
      return { version: found.version, differences: found.differences };
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await delay(retryMs);
  }
  throw new ChangeUncertainError(lost);
}
