import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import type { ChoiceOutcome, PasswordChoice } from "../users/chosen-password.ts";

/** A user who can sign in. */
export interface Account {
  /** Never reused: clients know the user by it (`sub`). */
  readonly id: string;
  /** Display name. */
  readonly name: string;
  readonly email?: string;
}

/** An account whose name and password were correct. */
export interface CheckedAccount extends Account {
  /** Present where users choose their passwords here. */
  readonly password?: RightPassword;
}

export interface RightPassword {
  /** The login name. */
  readonly userName: string;
  /** Identifies the account's current state, so that later changes are detected: another password, a sign-out. */
  readonly mark: string;
  /** Someone else set the password: it only allows choosing another one. */
  readonly mustChange: boolean;
}

/**
 * How users authenticate. The platform's own implementation is a table of users with passwords; a company replaces
 * it by a module whose default export is a `CreateLogin`, named by the variable `LOGIN`.
 */
export interface Login {
  /** Shown on the login page and in the log where the login is not fit for production. */
  readonly notice?: string;
  /** The account with this name and password, if they match. The caller counts and limits attempts. */
  check(name: string, password: string): Promise<CheckedAccount | undefined>;
  /**
   * For a login with passwords that users choose here. The caller ends everything obtained with the previous one.
   */
  choosePassword?(choice: PasswordChoice): Promise<ChoiceOutcome>;
  /** Called whenever something is issued for the account: `undefined` ends what it had. */
  findAccount(id: string): Promise<Account | undefined>;
  /**
   * For an external login: the URL to redirect the browser to instead of showing the page. It returns to
   * `returnTo` with the query that the other side adds, which `complete` then reads.
   */
  begin?(returnTo: URL): Promise<URL>;
  complete?(response: URLSearchParams): Promise<Account | undefined>;
}

export interface LoginParts {
  readonly database: Pool;
  readonly logger: Logger;
}

export type CreateLogin = (parts: LoginParts) => Login | Promise<Login>;
