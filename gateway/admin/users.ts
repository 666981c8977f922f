import { generatePassword } from "../users/generated-password.ts";
import { untilSecondIsOver } from "../users/sign-out-jobs.ts";
import { normalizeProfile, type UserProfile } from "../users/user-rules.ts";
import {
  createUser,
  editUser,
  removeUser,
  replacePassword,
  setUserDisabled,
  signUserOut,
  type User,
  type UserTarget,
} from "../users/user-store.ts";
import type { Administrator } from "./authenticate-administrator.ts";
import { describeAuthor } from "./changes.ts";
import { AdminError } from "./errors.ts";
import type { SignOuts } from "./sign-outs.ts";
import type { SiteParts } from "./site-parts.ts";

/** The result of a change to a user. */
export interface UserOutcome {
  readonly user: User;
  /** Generated; not available again. */
  readonly password?: string;
  /** Whether the user's sessions and tokens have ended; absent where nothing had to end. */
  readonly signedOut?: boolean;
}

/** Actions on an existing user that need no further input. */
export const userActions = ["password", "disable", "enable", "sign-out", "remove"] as const;

export type UserActionName = (typeof userActions)[number];

/** A user, with the revision that the administrator saw. */
export interface UserReference {
  readonly id: string;
  readonly basedOn: number;
}

/** Changes users, and ends sessions and tokens that are no longer allowed. */
export class Users {
  readonly #parts: SiteParts;
  readonly #signOuts: SignOuts;

  constructor(parts: SiteParts, signOuts: SignOuts) {
    this.#parts = parts;
    this.#signOuts = signOuts;
  }

  /** Whether this platform stores the users. */
  get areHere(): boolean {
    return this.#parts.settings.login === "users";
  }

  /** @throws AdminError where users are stored elsewhere */
  requireHere(): void {
    if (!this.areHere) throw new AdminError("DMM_ADMIN_USERS_ELSEWHERE");
  }

  /**
   * Creates a user with a generated password, because passwords that administrators choose can be guessed. @throws
   * UserInvalidError
   */
  async create(
    administrator: Administrator,
    profile: Parameters<typeof normalizeProfile>[0],
  ): Promise<UserOutcome> {
    const password = generatePassword();
    const author = describeAuthor(administrator);
    const user = await createUser(this.#parts.pool, normalizeProfile(profile), { password, author });
    this.#logChange("created", user, administrator);
    return { user, password };
  }

  /** @throws UserInvalidError, UserStaleError, NotFoundError */
  async edit(
    administrator: Administrator,
    reference: UserReference,
    profile: Pick<UserProfile, "displayName" | "email">,
  ): Promise<UserOutcome> {
    const target = { ...reference, author: describeAuthor(administrator) };
    const user = await editUser(this.#parts.pool, target, normalizeProfile({ ...profile, name: "" }));
    this.#logChange("edited", user, administrator);
    return { user };
  }

  /** @throws UserStaleError, NotFoundError, PasswordQueueFullError */
  async act(
    administrator: Administrator,
    reference: UserReference,
    action: UserActionName,
  ): Promise<UserOutcome> {
    const target = { ...reference, author: describeAuthor(administrator) };
    const password = action === "password" ? generatePassword() : undefined;
    const user = await this.#apply(target, action, password ?? "");
    this.#logChange(action, user, administrator);
    if (action === "enable") return { user };
    const [signedOut] = await Promise.all([this.#signOuts.carryOut(), untilSecondIsOver()]);
    return { user, signedOut, ...(password === undefined ? {} : { password }) };
  }

  #apply(target: UserTarget, action: UserActionName, password: string): Promise<User> {
    const { pool } = this.#parts;
    switch (action) {
      case "password":
        return replacePassword(pool, target, password);
      case "disable":
        return setUserDisabled(pool, target, true);
      case "enable":
        return setUserDisabled(pool, target, false);
      case "sign-out":
        return signUserOut(pool, target);
      case "remove":
        return removeUser(pool, target);
    }
  }

  /** Logs the id only; the user's name stays in the database. */
  #logChange(action: string, { id, revision }: User, { name }: Administrator): void {
    this.#parts.logger.info({ action, user: id, revision, author: name }, "user changed");
  }
}
