import { OperatorError } from "../errors.ts";
import { checkout } from "../home.ts";
import type { ChosenName, Session } from "../session.ts";
import { nameOfBranch, readBranch } from "./branch.ts";
import { readOwner } from "./owner.ts";
import { listNames, readRecord } from "./record.ts";

export const nameHelp = "name of the environment (default: that of the current git branch, or the only one)";
export const newNameHelp = "name of the environment (default: derived from the current git branch)";

/**
 * The given name, otherwise the environment of the current git branch, otherwise the only one. Prints the choice.
 * Throws DMM_NAME_MISSING.
 */
export function chooseName(session: Session, given: string | undefined): string {
  if (given !== undefined) return given;
  return announce(session, chooseExisting(listNames(session.home), readBranch(checkout)));
}

/**
 * Like {@link chooseName}, for a command that tears the environment down: the only one is chosen if it is this
 * user's, and never on AWS. Throws DMM_NAME_NEEDED.
 */
export function chooseNameToDelete(session: Session, given: string | undefined): string {
  if (given !== undefined) return given;
  const chosen = chooseExisting(listNames(session.home), readBranch(checkout));
  if (chosen.by === "only") refuseOthers(session, chosen.name);
  return announce(session, chosen);
}

/**
 * For a command that creates an environment: the given name, otherwise the current git branch's. Throws
 * DMM_NAME_MISSING.
 */
export function chooseNewName(session: Session, given: string | undefined): string {
  if (given !== undefined) return given;
  const branch = readBranch(checkout);
  if (branch === undefined) throw missing([], undefined);
  return announce(session, { name: nameOfBranch(branch), by: "branch", branch });
}

/** Throws DMM_NAME_MISSING. */
export function chooseExisting(names: readonly string[], branch: string | undefined): ChosenName {
  const name = branch === undefined ? undefined : nameOfBranch(branch);
  if (name !== undefined && names.includes(name)) return { name, by: "branch", branch: branch ?? null };
  const [only, ...others] = names;
  if (only === undefined || others.length > 0) throw missing(names, branch);
  return { name: only, by: "only", branch: branch ?? null };
}

function missing(names: readonly string[], branch: string | undefined): OperatorError {
  const where =
    branch === undefined
      ? "no git branch is checked out"
      : `the git branch ${branch} has no environment (it would be ${nameOfBranch(branch)})`;
  const there = names.length === 0 ? "there are no environments" : `the environments are ${names.join(", ")}`;
  return new OperatorError("DMM_NAME_MISSING", { where, there });
}

function refuseOthers(session: Session, name: string): void {
  const record = readRecord(session.home, name);
  const reason =
    record === undefined
      ? "it has no record"
      : record.target === "aws"
        ? "it is on AWS"
        : record.owner !== readOwner() && `it belongs to ${record.owner}`;
  if (reason) throw new OperatorError("DMM_NAME_NEEDED", { name, reason });
}

/** The first line that an operator sees, and a field of the JSON object. */
function announce(session: Session, chosen: ChosenName): string {
  session.chosen = chosen;
  const why =
    chosen.by === "branch" ? `the environment of the git branch ${chosen.branch}` : "the only environment";
  session.reporter.note(`Environment ${chosen.name}: ${why}.`);
  return chosen.name;
}
