import type { Pool, RowDataPacket } from "../database/pool.ts";
import { parseUser, type User } from "./user-store.ts";

/** Search criteria for users. */
export interface UserSearch {
  /** Words, each of which must occur in the name, the display name or the e-mail address. */
  readonly find: string;
  readonly state: "any" | "enabled" | "disabled";
  /** Only users whose name is after this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface FoundUsers {
  readonly users: readonly User[];
  /** Whether there are more after these. */
  readonly more: boolean;
  /** Number of all matches, regardless of the page. */
  readonly count: number;
}

/** Maximum number of search words: each scans every row. */
const mostWords = 5;

/** Users ordered by name. A page begins after a name, so that the last costs as little as the first. */
export async function searchUsers(pool: Pool, search: UserSearch): Promise<FoundUsers> {
  const { where, values } = describeConditions(search);
  const [rows] = await pool.query<RowDataPacket[]>(`SELECT * FROM users ${where} ORDER BY name LIMIT ?`, [
    ...values,
    search.limit + 1,
  ]);
  const more = rows.length > search.limit;
  return {
    users: rows.slice(0, search.limit).map(parseUser),
    more,
    // A search scans every row: skip the count where the first page has them all.
    count: more || search.after !== undefined ? await countUsers(pool, search) : rows.length,
  };
}

async function countUsers(pool: Pool, { find, state }: UserSearch): Promise<number> {
  const { where, values } = describeConditions({ find, state });
  const [[row]] = await pool.query<RowDataPacket[]>(`SELECT COUNT(*) AS count FROM users ${where}`, values);
  return Number(row?.count ?? 0);
}

export async function findUser(pool: Pool, id: string): Promise<User | undefined> {
  const [[row]] = await pool.query<RowDataPacket[]>("SELECT * FROM users WHERE user_id = ?", [id]);
  return row === undefined ? undefined : parseUser(row);
}

function describeConditions({ find, state, after }: Pick<UserSearch, "find" | "state" | "after">) {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const words = find.split(/\s+/).filter((word) => word !== "");
  for (const word of words.slice(0, mostWords)) {
    const pattern = `%${word.replace(/[\\%_]/g, "\\$&")}%`;
    conditions.push("(name LIKE ? OR display_name LIKE ? OR email LIKE ?)");
    values.push(pattern.toLowerCase(), pattern, pattern);
  }
  if (state !== "any") conditions.push(state === "disabled" ? "disabled" : "NOT disabled");
  if (after !== undefined) {
    conditions.push("name > ?");
    values.push(after);
  }
  return { where: conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`, values };
}
