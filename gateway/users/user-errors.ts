import type { RecordedUserChange } from "./user-changes.ts";
import type { ProfileProblem } from "./user-rules.ts";

/** The user is invalid; nothing was stored. */
export class UserInvalidError extends Error {
  readonly problems: readonly ProfileProblem[];

  constructor(problems: readonly ProfileProblem[]) {
    super(problems.map(({ field, message }) => `${field}: ${message}`).join(" "));
    this.name = "UserInvalidError";
    this.problems = problems;
  }
}

/** Changes by others since the revision that an edit was based on. */
export interface UserConflict {
  readonly basedOn: number;
  readonly current: number;
  /** Newest first. */
  readonly changes: readonly RecordedUserChange[];
}

/** The edit was based on a revision that is no longer current; nothing was stored. */
export class UserStaleError extends Error {
  readonly conflict: UserConflict;

  constructor(conflict: UserConflict) {
    super(`The edit is based on revision ${conflict.basedOn}; the current revision is ${conflict.current}.`);
    this.name = "UserStaleError";
    this.conflict = conflict;
  }
}
