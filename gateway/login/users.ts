import { randomUUID } from "node:crypto";
import type { Pool, RowDataPacket } from "../database/pool.ts";
import {
  type ChoiceOutcome,
  markPassword,
  type PasswordChoice,
  storeChosenPassword,
} from "../users/chosen-password.ts";
import { hashPassword, matchesPassword } from "../users/password.ts";
import type { Account, CheckedAccount, CreateLogin, Login } from "./login.ts";

/** The platform's own login: users in the database. */
export const createUserLogin: CreateLogin = ({ database }) => new UserLogin(database);

class UserLogin implements Login {
  readonly #database: Pool;
  /** Hash of an unused password; checked for unknown names, so that timing does not reveal which names exist. */
  #decoy: Promise<string> | undefined;

  constructor(database: Pool) {
    this.#database = database;
  }

  async check(name: string, password: string): Promise<CheckedAccount | undefined> {
    const userName = name.toLowerCase();
    const found = await this.#select("name = ?", userName);
    // Attempts are counted by the typed name: no other spelling may match the same user.
    const row = found?.name === userName ? found : undefined;
    this.#decoy ??= hashPassword(randomUUID());
    const matches = await matchesPassword(row?.password_hash ?? (await this.#decoy), password);
    if (row === undefined || !matches) return undefined;
    // Hashing takes time and may queue: a user who was disabled or given another password meanwhile is refused.
    const now = await this.#select("user_id = ?", row.user_id);
    if (now?.password_hash !== row.password_hash) return undefined;
    return {
      ...describe(row),
      password: {
        userName: String(row.name),
        mark: markPassword(row),
        mustChange: now?.must_choose_password === 1,
      },
    };
  }

  choosePassword(choice: PasswordChoice): Promise<ChoiceOutcome> {
    return storeChosenPassword(this.#database, choice);
  }

  async findAccount(id: string): Promise<Account | undefined> {
    const row = await this.#select("user_id = ?", id);
    return row === undefined ? undefined : describe(row);
  }

  async #select(condition: string, value: string): Promise<RowDataPacket | undefined> {
    const [[row]] = await this.#database.query<RowDataPacket[]>(
      `SELECT user_id, name, password_hash, revision, must_choose_password, display_name, email FROM users WHERE ${condition} AND NOT disabled`,
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
