import { describeReason } from "../reason.ts";
import type { Difference } from "./difference.ts";
import type { Problem } from "./problems.ts";

/** The change would make the configuration invalid; nothing was stored. */
export class ConfigurationInvalidError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    super(`${problems.length} problems, the first: ${first?.kind} ${first?.name}: ${first?.message}`);
    this.name = "ConfigurationInvalidError";
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
export class VersionStaleError extends Error {
  readonly conflict: Conflict;

  constructor(conflict: Conflict) {
    super(`The edit is based on version ${conflict.basedOn}; the current version is ${conflict.current}.`);
    this.name = "VersionStaleError";
    this.conflict = conflict;
  }
}

/** The entry or version does not exist. */
export class UnknownError extends Error {
  constructor(what: string) {
    super(`Not found: ${what}.`);
    this.name = "UnknownError";
  }
}

/** The database connection was lost before the change was stored. Nothing was stored; retrying is safe. */
export class ChangeNotStoredError extends Error {
  constructor(cause: unknown) {
    super(`Nothing was stored: ${describeReason(cause)}`, { cause });
    this.name = "ChangeNotStoredError";
  }
}

/**
 * The database connection was lost during the commit and did not return within the time limit: the change is
 * stored completely or not at all.
 */
export class ChangeUncertainError extends Error {
  constructor(cause: unknown) {
    super(describeReason(cause), { cause });
    this.name = "ChangeUncertainError";
  }
}
