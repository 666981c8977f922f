import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";

/** Actions on a user. */
export type UserAction =
  | "created"
  | "edited"
  | "disabled"
  | "enabled"
  | "password"
  /** By the user; the author is the user's name. */
  | "chose-password"
  | "signed-out"
  | "removed";

/** An audit entry: who did what to whom. Values are not stored: users may ask for theirs to be erased. */
export interface UserChange {
  readonly userId: string;
  /** The login name. */
  readonly userName: string;
  /** The user's revision after the change. */
  readonly revision: number;
  readonly action: UserAction;
  /** Names of the edited fields. */
  readonly fields: readonly string[];
  readonly author: string;
  /** Serial number of the author's certificate; absent for the command and in development. */
  readonly certificate: string | null;
}

export interface RecordedUserChange extends UserChange {
  readonly id: number;
  readonly madeAt: Date;
}

/** Call it in the transaction of the change. */
export async function recordUserChange(
  connection: Pick<PoolConnection, "query">,
  change: UserChange,
): Promise<void> {
  await connection.query(
    `INSERT INTO user_changes (user_id, user_name, revision, action, fields, author, certificate, made_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))`,
    [
      change.userId,
      change.userName,
      change.revision,
      change.action,
      change.fields.join(" "),
      change.author,
      change.certificate,
    ],
  );
}

/** Newest first. */
export async function readUserChanges(
  from: Pick<Pool, "query">,
  {
    userId,
    before,
    sinceRevision,
    limit,
  }: {
    readonly userId?: string;
    readonly before?: number;
    readonly sinceRevision?: number;
    readonly limit: number;
  },
): Promise<readonly RecordedUserChange[]> {
  const conditions: (readonly [condition: string, value: unknown])[] = [];
  if (userId !== undefined) conditions.push(["user_id = ?", userId]);
  if (before !== undefined) conditions.push(["id < ?", before]);
  if (sinceRevision !== undefined) conditions.push(["revision > ?", sinceRevision]);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(([text]) => text).join(" AND ")}`;
  const [rows] = await from.query<RowDataPacket[]>(
    `SELECT * FROM user_changes ${where} ORDER BY id DESC LIMIT ?`,
    [...conditions.map(([, value]) => value), limit],
  );
  return rows.map((row) => ({
    id: Number(row.id),
    userId: String(row.user_id),
    userName: String(row.user_name),
    revision: Number(row.revision),
    action: String(row.action) as UserAction,
    fields: String(row.fields)
      .split(" ")
      .filter((field) => field !== ""),
    author: String(row.author),
    certificate: row.certificate === null ? null : String(row.certificate),
    madeAt: row.made_at as Date,
  }));
}
