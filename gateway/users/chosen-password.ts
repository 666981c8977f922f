import { hash } from "node:crypto";
import type { Pool, RowDataPacket } from "../database/pool.ts";
import { inTransaction } from "../database/transaction.ts";
import { hashPassword, matchesPassword } from "./password.ts";
import { findPasswordProblem } from "./password-rules.ts";
import { addSignOutJob } from "./sign-out-jobs.ts";
import { recordUserChange } from "./user-changes.ts";

/** A new password, requested by a user whose current one has just been verified. */
export interface PasswordChoice {
  readonly accountId: string;
  /** State of the user when the password was verified. */
  readonly mark: string;
  readonly password: string;
  /** Host name of the service, which the password must not consist of. */
  readonly service: string;
}

/**
 * `requestedAt`, in seconds: everything that began until then must end. If the state was outdated nothing was
 * stored.
 */
export type ChoiceOutcome =
  | { readonly kind: "chosen"; readonly requestedAt: number }
  | { readonly kind: "refused"; readonly problem: string }
  | { readonly kind: "outdated" };

/**
 * Identifies the state of a user without revealing the password, so that later changes are detected: another
 * password, a sign-out, an edit.
 */
export function markPassword(row: RowDataPacket): string {
  return hash("sha256", `${row.revision}:${row.password_hash}`, "base64url");
}

/**
 * Stores a password that the user chose, if the verified one is still current; adds a job that ends everything
 * obtained with it.
 *
 * @throws PasswordQueueFullError
 */
export async function storeChosenPassword(
  pool: Pool,
  { accountId, mark, password, service }: PasswordChoice,
): Promise<ChoiceOutcome> {
  const row = await readUser(pool, accountId);
  if (row === undefined || markPassword(row) !== mark) return { kind: "outdated" };
  const names = [row.name, row.display_name, row.email ?? "", service];
  const problem = await findPasswordProblem(password, names);
  if (problem !== undefined) return { kind: "refused", problem };
  if (await matchesPassword(row.password_hash, password))
    return { kind: "refused", problem: "This is your current password. Choose a different one." };
  const hashed = await hashPassword(password);
  return inTransaction(pool, async (connection) => {
    // Hashing takes time: an administrator may have changed the user meanwhile.
    const user = await readUser(connection, accountId, "FOR UPDATE");
    if (user === undefined || markPassword(user) !== mark) return { kind: "outdated" };
    const now = new Date();
    const revision = Number(user.revision) + 1;
    await connection.query("UPDATE users SET ? WHERE user_id = ?", [
      { password_hash: hashed, password_set_at: now, must_choose_password: false, revision },
      accountId,
    ]);
    await recordUserChange(connection, {
      userId: accountId,
      userName: String(user.name),
      revision,
      action: "chose-password",
      fields: [],
      author: String(user.name),
      certificate: null,
    });
    await addSignOutJob(connection, { accountId, attemptsOf: String(user.name) }, now);
    return { kind: "chosen", requestedAt: Math.floor(now.getTime() / 1000) };
  });
}

async function readUser(
  from: Pick<Pool, "query">,
  id: string,
  lock = "",
): Promise<RowDataPacket | undefined> {
  const [[row]] = await from.query<RowDataPacket[]>(
    `SELECT name, display_name, email, password_hash, revision FROM users WHERE user_id = ? AND NOT disabled ${lock}`,
    [id],
  );
  return row;
}
