import { attestationErrors } from "./attestation/errors.ts";
import { type Entry, entry } from "./error-entry.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { teardownErrors } from "./teardown/errors.ts";

const { wrongUsage, notReady, notMade, interrupted } = exitCodes;

/** Every failure an operator may meet, by its stable code; docs/errors/cli.md explains each. */
export const catalogue = {
  ...teardownErrors,
  ...attestationErrors,
  DMM_USAGE: entry<"problem" | "command">(
    wrongUsage,
    (v) => `${v.problem}`,
    (v) => `See dmm-env ${v.command}--help.`,
  ),
  DMM_NAME_INVALID: entry<"name" | "allowed">(
    wrongUsage,
    (v) => `The environment name "${v.name}" is invalid; it must be ${v.allowed}.`,
    () => "Choose a name such as feature-x.",
  ),
  DMM_NAME_MISSING: entry<"where" | "there">(
    wrongUsage,
    (v) => `No environment name was given and none can be chosen: ${v.where}, and ${v.there}.`,
    () => "Give the name: dmm-env <command> <name>. List all environments: dmm-env list",
  ),
  DMM_NAME_NEEDED: entry<"name" | "reason">(
    wrongUsage,
    (v) => `Without a name, down does not delete "${v.name}", the only environment: ${v.reason}.`,
    (v) => `To delete it, give its name: dmm-env down ${v.name}`,
  ),
  DMM_NAME_RESERVED: entry<"name">(
    wrongUsage,
    (v) => `"${v.name}" is reserved for production; an environment needs another name.`,
    () => "Choose a name such as feature-x.",
  ),
  DMM_DURATION_INVALID: entry<"text" | "longest">(
    wrongUsage,
    (v) =>
      `The duration "${v.text}" is invalid; it must be a whole number with s, m, h or d, from 1s to ${v.longest}.`,
    () => "Use, for example, --for 4h.",
  ),
  DMM_NETWORKS_INVALID: entry<"text" | "allowed">(
    wrongUsage,
    (v) => `The value "${v.text}" of --insiders is invalid; it must be ${v.allowed}.`,
    () => "Use, for example, --insiders 203.0.113.0/24.",
  ),
  DMM_NETWORKS_MISSING: entry(
    wrongUsage,
    () => "The target aws requires --insiders for a new environment; there is no safe default.",
    () => "Add, for example, --insiders 203.0.113.0/24.",
  ),
  DMM_TARGET_MISMATCH: entry<"name" | "actual" | "asked">(
    wrongUsage,
    (v) =>
      `The environment "${v.name}" is on the target ${v.actual}, not ${v.asked}; the target of an environment cannot change.`,
    (v) => `Omit --target, or choose a name other than ${v.name}.`,
  ),
  DMM_ENVIRONMENT_UNKNOWN: entry<"name" | "places">(
    wrongUsage,
    (v) => `This checkout has no environment "${v.name}" and no trace of one in ${v.places}.`,
    (v) => `List all environments: dmm-env list. Create it: dmm-env up ${v.name}`,
  ),
  DMM_ENVIRONMENT_NOT_UP: entry<"name" | "state">(
    wrongUsage,
    (v) => `The environment "${v.name}" is not up: ${v.state}.`,
    (v) => `Finish it: dmm-env up ${v.name}. Tear it down: dmm-env down ${v.name}`,
  ),
  DMM_OPERATOR_REFUSED: entry<"name" | "reason">(
    notReady,
    (v) =>
      `The operator's grant for "${v.name}" ${v.reason}, so the ingress rejects every request from this machine.`,
    (v) => `Issue a new one: dmm-env up ${v.name}`,
  ),
  DMM_NAME_IN_USE: entry<"name" | "found">(
    wrongUsage,
    (v) =>
      `The environment "${v.name}" already exists, ${v.found}; gate creates a new environment and tears it down.`,
    (v) => `Choose another name, or tear that one down first: dmm-env down ${v.name}`,
  ),
  DMM_ENVIRONMENT_BUSY: entry<"name" | "command" | "pid" | "since">(
    notReady,
    (v) =>
      `The environment "${v.name}" is busy: "${v.command}" has been running as process ${v.pid} since ${v.since}.`,
    (v) =>
      `Wait until it ends, or interrupt it: kill -INT ${v.pid}. A stopped process needs kill -CONT ${v.pid} as well.`,
  ),
  DMM_GRANT_NAME_INVALID: entry<"grant">(
    wrongUsage,
    (v) =>
      `The insider name "${v.grant}" is invalid; it must be 1 to 40 letters, digits, dots, hyphens and underscores and begin with a letter.`,
    () => "Choose a name such as jane.doe.",
  ),
  DMM_GRANT_EXISTS: entry<"grant" | "name" | "expires">(
    wrongUsage,
    (v) => `"${v.grant}" already has a grant for "${v.name}", valid until ${v.expires}.`,
    (v) => `Revoke it first: dmm-env access revoke ${v.name} ${v.grant}`,
  ),
  DMM_GRANT_UNKNOWN: entry<"grant" | "name">(
    wrongUsage,
    (v) => `"${v.grant}" has no grant for "${v.name}".`,
    (v) => `List all grants: dmm-env access list ${v.name}`,
  ),
  DMM_LOG_UNKNOWN: entry<"name" | "part" | "parts">(
    wrongUsage,
    (v) => `"${v.name}" has no log "${v.part}"; its logs are ${v.parts}.`,
    (v) => `Choose one of them, or show all: dmm-env logs ${v.name}`,
  ),
  DMM_PATH_UNUSABLE: entry<"path" | "reason">(
    notReady,
    (v) => `The path ${v.path} cannot be used: ${v.reason}.`,
    () =>
      "Move the checkout, or set DMM_ENV_HOME, DMM_ENV_CACHE and DMM_ENV_TOOLCHAIN to folders with other paths.",
  ),
  DMM_DISK_FULL: entry<"file">(
    notReady,
    (v) => `${v.file} could not be written: the disk is full.`,
    () => "Free some space, or set DMM_ENV_HOME to a folder on another disk, then run the command again.",
  ),
  DMM_DISK_SHORT: entry<"folder" | "free" | "needed">(
    notReady,
    (v) => `The disk of ${v.folder} has ${v.free} MiB free; a local environment needs ${v.needed} MiB.`,
    () => "Free some space, or set DMM_ENV_HOME to a folder on another disk.",
  ),
  DMM_FILE_UNUSABLE: entry<"file" | "reason">(
    notReady,
    (v) => `${v.file} cannot be used: ${v.reason}.`,
    () => "Fix its permissions so that you can read and write it, then run the command again.",
  ),
  DMM_NETWORKS_EXHAUSTED: entry(
    notReady,
    () => "All loopback networks from 127.10 to 127.199 are in use; none is free for another environment.",
    () => "List environments with dmm-env list, and tear one down: dmm-env down <name>",
  ),
  DMM_RECORD_UNREADABLE: entry<"file" | "problem" | "name">(
    notReady,
    (v) => `${v.file} is corrupt or truncated: ${v.problem}.`,
    (v) => `Tear the environment down: dmm-env down ${v.name}`,
  ),
  DMM_KEY_UNREADABLE: entry<"file" | "problem" | "fix">(
    notReady,
    (v) => `${v.file} does not contain a valid key: ${v.problem}.`,
    (v) => `${v.fix}`,
  ),
  DMM_CONFIGURATION_UNREADABLE: entry<"file" | "problem">(
    notMade,
    (v) => `${v.file} cannot be read: ${v.problem}.`,
    () => "Correct the file; git diff shows recent changes.",
  ),
  DMM_CONFIGURATION_WRONG: entry<"problems">(
    notMade,
    (v) => `The configuration is invalid. ${v.problems}`,
    () => "Correct Pulumi.production.yaml; docs/configuration.md explains every key.",
  ),
  DMM_REGION_FAILED: entry<"name" | "reason" | "log">(
    notMade,
    (v) => `The local region of "${v.name}" exited during its start: ${v.reason}`,
    (v) => `Read its log: ${v.log}`,
  ),
  DMM_REGION_DIED: entry<"name" | "log">(
    notMade,
    (v) => `The local region of "${v.name}" exited while the engine was using it.`,
    (v) =>
      `Restart it and continue: dmm-env up ${v.name}. Tear it down: dmm-env down ${v.name}. Log: ${v.log}`,
  ),
  DMM_REGION_SLOW: entry<"name" | "seconds" | "log">(
    notMade,
    (v) => `The local region of "${v.name}" did not become ready within ${v.seconds} seconds.`,
    (v) => `Check whether the machine is overloaded, and read its log: ${v.log}`,
  ),
  DMM_REGION_DOWN: entry<"name">(
    notReady,
    (v) => `The local region of "${v.name}" is not running.`,
    (v) => `Start it again with all its data: dmm-env up ${v.name}`,
  ),
  DMM_PROGRAM_FAILED: entry<"problem">(
    notMade,
    (v) => `The Pulumi program rejected its configuration or failed: ${v.problem}`,
    () => "Correct what the message names, then run the command again.",
  ),
  DMM_PROGRAM_BROKEN: entry<"problem">(
    notMade,
    (v) => `The Pulumi program has an error: ${v.problem}`,
    () => "Correct it, then run the command again.",
  ),
  DMM_RESOURCE_FAILED: entry<"resource" | "verb" | "problem" | "name" | "log">(
    notMade,
    (v) => `${v.resource} could not be ${v.verb}: ${v.problem}`,
    (v) =>
      `Correct it and run dmm-env up ${v.name} again, or tear the environment down: dmm-env down ${v.name}. Log: ${v.log}`,
  ),
  DMM_ENGINE_FAILED: entry<"problem" | "log">(
    notMade,
    (v) => `The Pulumi engine failed: ${v.problem}`,
    (v) => `Read its log: ${v.log}`,
  ),
  DMM_BACKEND_UNUSABLE: entry<"name" | "backend" | "problem" | "log">(
    notReady,
    (v) =>
      `Pulumi's backend ${v.backend} of "${v.name}" cannot be used: ${v.problem.toString().replace(/\.$/, "")}. Nothing was changed.`,
    (v) =>
      `Correct PULUMI_BACKEND_URL or its credentials, or unset it to keep the state in .dmm-env/state. Log: ${v.log}`,
  ),
  DMM_ENGINE_UNRESPONSIVE: entry<"problem" | "log">(
    notMade,
    (v) => `The Pulumi engine was killed: ${v.problem}.`,
    (v) => `Its log is ${v.log}. The next command continues from the state that it wrote.`,
  ),
  DMM_ENGINE_LOCKED: entry<"name" | "holder">(
    notReady,
    (v) => `The Pulumi stack "${v.name}" is locked by ${v.holder}.`,
    () =>
      "Wait until that run ends. Remove a lock of another machine with pulumi cancel, once you are certain that nothing runs there.",
  ),
  DMM_STATE_UNREADABLE: entry<"name" | "problem">(
    notReady,
    (v) => `The Pulumi state of "${v.name}" is corrupt or truncated: ${v.problem}`,
    (v) => `Tear the environment down without the state: dmm-env down ${v.name}`,
  ),
  DMM_PASSPHRASE_WRONG: entry<"file" | "name">(
    notReady,
    (v) => `The passphrase in ${v.file} does not decrypt the Pulumi state of "${v.name}".`,
    (v) =>
      `Restore the passphrase that the state was created with, or tear the environment down: dmm-env down ${v.name}`,
  ),
  DMM_INGRESS_NOT_SERVING: entry<"name" | "seconds" | "problem">(
    notMade,
    (v) =>
      `The ingress of "${v.name}" did not serve an authorised request within ${v.seconds} seconds: ${v.problem}`,
    (v) => `Read the logs: dmm-env logs ${v.name}. Tear it down: dmm-env down ${v.name}`,
  ),
  DMM_REVOCATION_UNPROVEN: entry<"grant" | "seconds" | "name" | "seen">(
    notReady,
    (v) =>
      `"${v.grant}" is on the revocation list, but the ingress did not reject its certificate for ${v.seconds} seconds: ${v.seen}.`,
    (v) => `Close the ingress by tearing the environment down: dmm-env down ${v.name}`,
  ),
  DMM_INTERRUPTED: entry<"outcome" | "next">(
    interrupted,
    (v) => `Interrupted: ${v.outcome}`,
    (v) => `${v.next}`,
  ),
  DMM_AWS_FAILED: entry<"operation" | "problem">(
    notReady,
    (v) => `AWS rejected the request ${v.operation}: ${v.problem}`,
    () => "Check the credentials and the region, then run the command again.",
  ),
  DMM_UNEXPECTED: entry<"problem" | "log">(
    notReady,
    (v) => `${v.problem}`,
    (v) => `This is a bug in dmm-env. The stack trace is in ${v.log}.`,
  ),
} as const;

export type ErrorCode = keyof typeof catalogue;

/** A code with the values that its texts name: neither can be forgotten or misspelt. */
type Arguments = {
  [Code in ErrorCode]: [
    code: Code,
    values: Parameters<(typeof catalogue)[Code]["message"]>[0],
    cause?: unknown,
  ];
}[ErrorCode];

/** A failure that an operator is told about by code, message and hint, never by a stack. */
export class OperatorError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(...[code, values, cause]: Arguments) {
    const { exit, message, hint } = catalogue[code] as Entry<never>;
    super(message(values), cause === undefined ? undefined : { cause });
    this.name = "OperatorError";
    this.code = code;
    this.hint = hint(values);
    this.exitCode = exit;
  }
}

/** An error of one of our parts with a code and a hint of its own (tools/ and verify/ have their own catalogues). */
export function isExpected(
  error: unknown,
): error is Error & { code: string; hint: string; exitCode?: ExitCode } {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    error.code.startsWith("DMM_") &&
    "hint" in error &&
    typeof error.hint === "string"
  );
}
