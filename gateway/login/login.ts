import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import type { ChoiceOutcome, PasswordChoice } from "../users/chosen-password.ts";

/** A person who can sign in. */
export interface Account {
  /** Never given to anybody else: what clients know the person by (`sub`). */
  readonly id: string;
  /** For people to read. */
  readonly name: string;
  readonly email?: string;
}

/** An account whose name and password were right. */
export interface CheckedAccount extends Account {
  /** There where people choose their passwords here. */
  readonly password?: RightPassword;
}

export interface RightPassword {
  /** What is typed to sign in. */
  readonly userName: string;
  /** Tells the account as it is now from what is done to it later: another password, a sign-out. */
  readonly mark: string;
  /** Somebody else made it: it lets in to choose another, and to nothing else. */
  readonly mustChange: boolean;
}

/**
 * How people prove who they are. The platform's own way is a table of users with passwords; a company puts its own in
 * its place by a module whose default export is a `CreateLogin`, named by the variable `LOGIN`.
 */
export interface Login {
  /** Said on the login page and in the log, where this is not fit for production. */
  readonly notice?: string;
  /** The account of this name and password, if they belong together. Attempts are counted and limited by the caller. */
  check(name: string, password: string): Promise<CheckedAccount | undefined>;
  /** For a login whose people choose their passwords here. The caller ends what was got by the one before. */
  choosePassword?(choice: PasswordChoice): Promise<ChoiceOutcome>;
  /** Asked for whenever something is issued for the account: `undefined` ends what it had. */
  findAccount(id: string): Promise<Account | undefined>;
  /**
   * For a login that happens elsewhere: where to send the browser instead of showing the page. It comes back to
   * `returnTo` with whatever query the other side adds, which `complete` then reads.
   */
  begin?(returnTo: URL): Promise<URL>;
  complete?(response: URLSearchParams): Promise<Account | undefined>;
}

export interface LoginParts {
  readonly database: Pool;
  readonly logger: Logger;
}

export type CreateLogin = (parts: LoginParts) => Login | Promise<Login>;
