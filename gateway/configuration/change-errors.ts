import { describeReason } from "../reason.ts";
import type { Difference } from "./difference.ts";
import type { Problem } from "./problems.ts";

/** Codes of the admin site (`docs/errors/admin.md`) for changes that were not made. */
type ChangeErrorCode =
  | "DMM_ADMIN_CONFIGURATION_INVALID"
  | "DMM_ADMIN_VERSION_STALE"
  | "DMM_ADMIN_USER_INVALID"
  | "DMM_ADMIN_USER_STALE"
  | "DMM_ADMIN_RESOURCE_UNKNOWN"
  | "DMM_ADMIN_CHANGE_NOT_STORED"
  | "DMM_ADMIN_CHANGE_UNCERTAIN";

/** A change that was not made, or whose outcome is unknown. */
export abstract class ChangeError extends Error {
  /** The code that users of the admin site and its API get. */
  readonly code: ChangeErrorCode;
  /** What they get besides the code's title. */
  readonly details: object;

  constructor(code: ChangeErrorCode, message: string, options: { details?: object; cause?: unknown } = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The change would make the configuration invalid; nothing was stored. */
export class ConfigurationInvalidError extends ChangeError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const detail = `${problems.length} problems, the first: ${first?.kind} ${first?.name}: ${first?.message}`;
    super("DMM_ADMIN_CONFIGURATION_INVALID", detail, { details: { detail, problems } });
    this.problems = problems;
  }
}

/** Changes by others since the version that an edit was based on. */
export interface Conflict {
  readonly basedOn: number;
  readonly current: number;
  /** Authors of the versions in between, newest last. */
  readonly authors: readonly string[];
  /** Absent where the base version has no document. */
  readonly differences?: readonly Difference[];
}

/** The edit was based on a version that is no longer current; nothing was stored. */
export class VersionStaleError extends ChangeError {
  readonly conflict: Conflict;

  constructor(conflict: Conflict) {
    const detail = `The edit is based on version ${conflict.basedOn}; the current version is ${conflict.current}.`;
    super("DMM_ADMIN_VERSION_STALE", detail, { details: { detail, conflict } });
    this.conflict = conflict;
  }
}

/** The entry or version does not exist. */
export class NotFoundError extends ChangeError {
  constructor(what: string) {
    const detail = `Not found: ${what}.`;
    super("DMM_ADMIN_RESOURCE_UNKNOWN", detail, { details: { detail } });
  }
}

/** The database connection was lost before the change was stored. Nothing was stored; retrying is safe. */
export class ChangeNotStoredError extends ChangeError {
  constructor(cause: unknown) {
    super("DMM_ADMIN_CHANGE_NOT_STORED", `Nothing was stored: ${describeReason(cause)}`, { cause });
  }
}

/**
 * The database connection was lost during the commit and did not return within the time limit: the change is
 * stored completely or not at all.
 */
export class ChangeUncertainError extends ChangeError {
  constructor(cause: unknown) {
    super("DMM_ADMIN_CHANGE_UNCERTAIN", describeReason(cause), { cause });
  }
}
