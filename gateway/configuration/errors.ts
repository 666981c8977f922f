import { describeReason } from "../reason.ts";
import type { Difference } from "./difference.ts";
import type { Problem } from "./problems.ts";

/** A change that would leave the configuration wrong: nothing of it was stored. */
export class ConfigurationInvalidError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    super(`${problems.length} problems, the first: ${first?.kind} ${first?.name}: ${first?.message}`);
    this.name = "ConfigurationInvalidError";
    this.problems = problems;
  }
}

/** What others did since the version that an edit was based on. */
export interface Conflict {
  readonly basedOn: number;
  readonly current: number;
  /** Who made the versions in between, newest last. */
  readonly authors: readonly string[];
  /** Unknown where the version that was edited left no document. */
  readonly differences?: readonly Difference[];
}

/** An edit of a version that is not the current one any more: nothing of it was stored. */
export class VersionStaleError extends Error {
  readonly conflict: Conflict;

  constructor(conflict: Conflict) {
    super(`The edit is based on version ${conflict.basedOn}; the current version is ${conflict.current}.`);
    this.name = "VersionStaleError";
    this.conflict = conflict;
  }
}

/** There is no such entry or version to act on. */
export class UnknownError extends Error {
  constructor(what: string) {
    super(`Not found: ${what}.`);
    this.name = "UnknownError";
  }
}

/** The database was lost before a change was stored: nothing of it is there, and repeating it is safe. */
export class ChangeNotStoredError extends Error {
  constructor(cause: unknown) {
    super(`Nothing was stored: ${describeReason(cause)}`, { cause });
    this.name = "ChangeNotStoredError";
  }
}

/** The database was lost while a change was being stored, and did not come back within the wait: all of it or nothing. */
export class ChangeUncertainError extends Error {
  constructor(cause: unknown) {
    super(describeReason(cause), { cause });
    this.name = "ChangeUncertainError";
  }
}
