import { ChangeError } from "../configuration/change-errors.ts";
import type { RecordedUserChange } from "./user-changes.ts";
import type { ProfileProblem } from "./user-rules.ts";

/** The user is invalid; nothing was stored. */
export class UserInvalidError extends ChangeError {
  readonly problems: readonly ProfileProblem[];

  constructor(problems: readonly ProfileProblem[]) {
    const detail = problems.map(({ field, message }) => `${field}: ${message}`).join(" ");
    super("DMM_ADMIN_USER_INVALID", detail, { details: { detail, problems } });
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
export class UserStaleError extends ChangeError {
  readonly conflict: UserConflict;

  constructor(conflict: UserConflict) {
    const detail = `The edit is based on revision ${conflict.basedOn}; the current revision is ${conflict.current}.`;
    super("DMM_ADMIN_USER_STALE", detail, { details: { detail, conflict } });
    this.conflict = conflict;
  }
}
