import { randomUUID } from "node:crypto";
import { NotFoundError } from "../configuration/change-errors.ts";
import type { Author } from "../configuration/history.ts";
import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";
import { inTransaction } from "../database/transaction.ts";
import { hashPassword } from "./password.ts";
import { addSignOutJob } from "./sign-out-jobs.ts";
import { readUserChanges, recordUserChange, type UserAction } from "./user-changes.ts";
import { UserInvalidError, UserStaleError } from "./user-errors.ts";
import { findProfileProblems, type UserProfile } from "./user-rules.ts";

/** A user who can sign in, as stored in the table `users`. */
export interface User extends UserProfile {
  readonly id: string;
  readonly disabled: boolean;
  /** Incremented by every change. */
  readonly revision: number;
  readonly createdAt: Date;
  /** `null` for passwords older than the column. */
  readonly passwordSetAt: Date | null;
  /** Someone else set the password: the next login requires choosing another. */
  readonly mustChoosePassword: boolean;
}

/** A change of one user. */
export interface UserTarget {
  readonly id: string;
  /** The revision that it was based on; absent for the command, which does not read one. */
  readonly basedOn?: number;
  readonly author: Author;
}

export function parseUser(row: RowDataPacket): User {
  return {
    id: String(row.user_id),
    name: String(row.name),
    displayName: String(row.display_name),
    email: row.email === null ? null : String(row.email),
    disabled: row.disabled === 1,
    revision: Number(row.revision),
    createdAt: row.created_at as Date,
    passwordSetAt: row.password_set_at as Date | null,
    mustChoosePassword: row.must_choose_password === 1,
  };
}

/** Creates a user with a one-time password, which only allows choosing another. @throws UserInvalidError */
export async function createUser(
  pool: Pool,
  profile: UserProfile,
  { password, author }: { readonly password: string; readonly author: Author },
): Promise<User> {
  refuseProblems(profile);
  const hash = await hashPassword(password);
  const id = randomUUID();
  return inTransaction(pool, async (connection) => {
    try {
      await connection.query(
        `INSERT INTO users (user_id, name, password_hash, display_name, email, created_at, password_set_at, must_choose_password)
         VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), TRUE)`,
        [id, profile.name, hash, profile.displayName, profile.email],
      );
    } catch (error) {
      if ((error as { code?: string }).code !== "ER_DUP_ENTRY") throw error;
      throw new UserInvalidError([{ field: "name", message: "A user with this name already exists." }]);
    }
    const user = await lockUser(connection, { id, author });
    await record(connection, user, { action: "created", author });
    return user;
  });
}

/** Changes display name or e-mail address. @throws UserInvalidError, UserStaleError, NotFoundError */
export async function editUser(
  pool: Pool,
  target: UserTarget,
  profile: Pick<UserProfile, "displayName" | "email">,
): Promise<User> {
  return change(pool, target, async (user) => {
    refuseProblems({ ...profile, name: user.name });
    const fields = (["displayName", "email"] as const).filter((field) => profile[field] !== user[field]);
    if (fields.length === 0) return undefined;
    return {
      action: "edited",
      fields,
      columns: { display_name: profile.displayName, email: profile.email },
    };
  });
}

/** Disabling a user ends all their sessions and grants. @throws UserStaleError, NotFoundError */
export async function setUserDisabled(pool: Pool, target: UserTarget, disabled: boolean): Promise<User> {
  return change(pool, target, async (user) =>
    user.disabled === disabled
      ? undefined
      : { action: disabled ? "disabled" : "enabled", columns: { disabled }, signsOut: disabled },
  );
}

/**
 * Sets a one-time password, which only allows choosing another. Everything obtained with the previous one ends.
 * @throws UserStaleError, NotFoundError, PasswordQueueFullError
 */
export async function replacePassword(
  pool: Pool,
  target: UserTarget,
  password: string,
  columns: Readonly<Record<string, unknown>> = {},
): Promise<User> {
  const hash = await hashPassword(password);
  return change(pool, target, async () => ({
    action: "password",
    columns: { ...columns, password_hash: hash, password_set_at: new Date(), must_choose_password: true },
    signsOut: true,
  }));
}

/** Ends the user's sessions and grants, and changes nothing else. @throws UserStaleError, NotFoundError */
export async function signUserOut(pool: Pool, target: UserTarget): Promise<User> {
  return change(pool, target, async () => ({ action: "signed-out", columns: {}, signsOut: true }));
}

/** The id is never reused; the name may be. @throws UserStaleError, NotFoundError */
export async function removeUser(pool: Pool, target: UserTarget): Promise<User> {
  return inTransaction(pool, async (connection) => {
    const user = await lockUser(connection, target);
    await connection.query("DELETE FROM users WHERE user_id = ?", [user.id]);
    const removed = { ...user, revision: user.revision + 1 };
    await record(connection, removed, { action: "removed", author: target.author });
    await addSignOutJob(connection, { accountId: user.id, attemptsOf: user.name });
    return removed;
  });
}

interface Edit {
  readonly action: UserAction;
  readonly columns: Readonly<Record<string, unknown>>;
  readonly fields?: readonly string[];
  readonly signsOut?: boolean;
}

async function change(
  pool: Pool,
  target: UserTarget,
  plan: (user: User) => Promise<Edit | undefined>,
): Promise<User> {
  return inTransaction(pool, async (connection) => {
    const user = await lockUser(connection, target);
    const edit = await plan(user);
    if (edit === undefined) return user;
    const columns = { ...edit.columns, revision: user.revision + 1 };
    await connection.query("UPDATE users SET ? WHERE user_id = ?", [columns, user.id]);
    const changed = await lockUser(connection, { id: user.id, author: target.author });
    await record(connection, changed, { ...edit, author: target.author });
    if (edit.signsOut === true)
      await addSignOutJob(connection, {
        accountId: user.id,
        attemptsOf: edit.action === "password" ? user.name : null,
      });
    return changed;
  });
}

async function lockUser(connection: PoolConnection, { id, basedOn }: UserTarget): Promise<User> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    "SELECT * FROM users WHERE user_id = ? FOR UPDATE",
    [id],
  );
  if (row === undefined) throw new NotFoundError(`user ${id}`);
  const user = parseUser(row);
  if (basedOn === undefined || basedOn === user.revision) return user;
  const changes = await readUserChanges(connection, { userId: id, sinceRevision: basedOn, limit: 20 });
  throw new UserStaleError({ basedOn, current: user.revision, changes });
}

async function record(
  connection: PoolConnection,
  { id, name, revision }: User,
  {
    action,
    fields = [],
    author,
  }: { readonly action: UserAction; readonly fields?: readonly string[]; readonly author: Author },
): Promise<void> {
  await recordUserChange(connection, {
    userId: id,
    userName: name,
    revision,
    action,
    fields,
    author: author.name,
    certificate: author.certificate ?? null,
  });
}

function refuseProblems(profile: UserProfile): void {
  const problems = findProfileProblems(profile);
  if (problems.length > 0) throw new UserInvalidError(problems);
}
