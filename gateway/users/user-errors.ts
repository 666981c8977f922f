import type { RecordedUserChange } from "./user-changes.ts";
import type { ProfileProblem } from "./user-rules.ts";

/** A user who could not be stored like this: nothing of it was. */
export class UserInvalidError extends Error {
  readonly problems: readonly ProfileProblem[];

  constructor(problems: readonly ProfileProblem[]) {
    super(problems.map(({ field, message }) => `${field}: ${message}`).join(" "));
    this.name = "UserInvalidError";
    this.problems = problems;
  }
}

/** What others did to a user since the revision that an edit was based on. */
export interface UserConflict {
  readonly basedOn: number;
  readonly current: number;
  /** Newest first. */
  readonly changes: readonly RecordedUserChange[];
}

/** An edit of a revision that is not the current one any more: nothing of it was stored. */
export class UserStaleError extends Error {
  readonly conflict: UserConflict;

  constructor(conflict: UserConflict) {
    super(`The edit is based on revision ${conflict.basedOn}; the current revision is ${conflict.current}.`);
    this.name = "UserStaleError";
    this.conflict = conflict;
  }
}
