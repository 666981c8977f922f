import { randomUUID } from "node:crypto";
import type { Pool, RowDataPacket } from "../database/pool.ts";
import type { Account, CreateLogin, Login } from "./login.ts";
import { hashPassword, matchesPassword } from "./password.ts";

/** Somebody to be registered. */
export interface NewUser {
  /** What is typed to sign in; without regard to case. */
  readonly name: string;
  readonly password: string;
  readonly displayName?: string;
  readonly email?: string;
}

export const leastPasswordLength = 12;

/** Registers a user, or gives a registered one another password. @throws RangeError for a password that is too short */
export async function storeUser(pool: Pool, user: NewUser): Promise<void> {
  if ([...user.password].length < leastPasswordLength)
    throw new RangeError(`The password has fewer than ${leastPasswordLength} characters.`);
  const name = user.name.toLowerCase();
  await pool.query(
    `INSERT INTO users (user_id, name, password_hash, display_name, email, created_at)
     VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE password_hash = VALUES(password_hash), display_name = VALUES(display_name),
       email = VALUES(email), disabled = FALSE`,
    [
      randomUUID(),
      name,
      await hashPassword(user.password),
      user.displayName ?? user.name,
      user.email ?? null,
    ],
  );
}

/** The platform's own login: users in the database. */
export const createUserLogin: CreateLogin = ({ database }) => new UserLogin(database);

class UserLogin implements Login {
  readonly #database: Pool;
  /** Of a password that nobody has; checked for unknown names, so that they cannot be told from known ones by time. */
  #decoy: Promise<string> | undefined;

  constructor(database: Pool) {
    this.#database = database;
  }

  async check(name: string, password: string): Promise<Account | undefined> {
    const row = await this.#select("name = ?", name.toLowerCase());
    this.#decoy ??= hashPassword(randomUUID());
    const matches = await matchesPassword(row?.password_hash ?? (await this.#decoy), password);
    return row !== undefined && matches ? describe(row) : undefined;
  }

  async findAccount(id: string): Promise<Account | undefined> {
    const row = await this.#select("user_id = ?", id);
    return row === undefined ? undefined : describe(row);
  }

  async #select(condition: string, value: string): Promise<RowDataPacket | undefined> {
    const [[row]] = await this.#database.query<RowDataPacket[]>(
      `SELECT user_id, password_hash, display_name, email FROM users WHERE ${condition} AND NOT disabled`,
      [value],
    );
    return row;
  }
}

function describe(row: RowDataPacket): Account {
  return {
    id: String(row.user_id),
    name: String(row.display_name),
    ...(row.email === null ? {} : { email: String(row.email) }),
  };
}
