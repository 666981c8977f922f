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
    (v) => `The environment name "${v.name}" is not allowed; it must be ${v.allowed}.`,
    () => "Choose a name such as feature-x.",
  ),
  DMM_NAME_MISSING: entry<"where" | "there">(
    wrongUsage,
    (v) => `No environment was named, and none can be chosen: ${v.where}, and of environments ${v.there}.`,
    () => "Name it: dmm-env COMMAND NAME. dmm-env list shows every environment.",
  ),
  DMM_NAME_NEEDED: entry<"name" | "reason">(
    wrongUsage,
    (v) => `Without a name, down does not take "${v.name}", the only environment: ${v.reason}.`,
    (v) => `Name it if it is meant: dmm-env down ${v.name}`,
  ),
  DMM_NAME_RESERVED: entry<"name">(
    wrongUsage,
    (v) => `"${v.name}" is production's own name; an environment must have another.`,
    () => "Choose a name such as feature-x.",
  ),
  DMM_DURATION_INVALID: entry<"text" | "longest">(
    wrongUsage,
    (v) =>
      `"${v.text}" is not a duration that is allowed; it must be a whole number with s, m, h or d, from 1s to ${v.longest}.`,
    () => "Write for example --for 4h.",
  ),
  DMM_NETWORKS_INVALID: entry<"text" | "allowed">(
    wrongUsage,
    (v) => `"${v.text}" does not name the insiders' networks; it must be ${v.allowed}.`,
    () => "Write for example --insiders 203.0.113.0/24.",
  ),
  DMM_NETWORKS_MISSING: entry(
    wrongUsage,
    () => "The target aws needs to know which networks the insiders come from.",
    () => "Add for example --insiders 203.0.113.0/24.",
  ),
  DMM_TARGET_MISMATCH: entry<"name" | "actual" | "asked">(
    wrongUsage,
    (v) =>
      `The environment "${v.name}" is on the target ${v.actual}, not ${v.asked}; one environment never mixes targets.`,
    (v) => `Leave out --target, or choose another name than ${v.name}.`,
  ),
  DMM_ENVIRONMENT_UNKNOWN: entry<"name" | "places">(
    wrongUsage,
    (v) => `This checkout has no environment "${v.name}" and no trace of one; it looked in ${v.places}.`,
    (v) => `dmm-env list shows all; dmm-env up ${v.name} makes it.`,
  ),
  DMM_ENVIRONMENT_NOT_UP: entry<"name" | "state">(
    wrongUsage,
    (v) => `The environment "${v.name}" is not up: ${v.state}.`,
    (v) => `dmm-env up ${v.name} finishes it; dmm-env down ${v.name} releases it.`,
  ),
  DMM_OPERATOR_REFUSED: entry<"name" | "reason">(
    notReady,
    (v) =>
      `The operator's own grant for "${v.name}" ${v.reason}, so the ingress refuses every request from here.`,
    (v) => `dmm-env up ${v.name} issues another one.`,
  ),
  DMM_NAME_IN_USE: entry<"name" | "owner" | "created">(
    wrongUsage,
    (v) =>
      `An environment "${v.name}" is there already, made by ${v.owner} at ${v.created}; a gate makes its own and releases it.`,
    (v) => `Choose another name, or release that one first: dmm-env down ${v.name}`,
  ),
  DMM_ENVIRONMENT_BUSY: entry<"name" | "command" | "pid" | "since">(
    notReady,
    (v) => `The environment "${v.name}" is busy: "${v.command}" runs as process ${v.pid} since ${v.since}.`,
    (v) => `Wait until it ends, or stop it with Ctrl-C or: kill -INT ${v.pid}`,
  ),
  DMM_GRANT_NAME_INVALID: entry<"grant">(
    wrongUsage,
    (v) =>
      `The insider's name "${v.grant}" is not allowed; it must be 1 to 40 letters, digits, dots, hyphens and underscores and begin with a letter.`,
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
    (v) => `dmm-env access list ${v.name} shows all.`,
  ),
  DMM_LOG_UNKNOWN: entry<"name" | "part" | "parts">(
    wrongUsage,
    (v) => `"${v.name}" has no log of a part called "${v.part}"; it has ${v.parts}.`,
    (v) => `Choose one of them, or leave it out: dmm-env logs ${v.name}`,
  ),
  DMM_PATH_UNUSABLE: entry<"path" | "reason">(
    notReady,
    (v) => `The path ${v.path} cannot be used: ${v.reason}.`,
    () =>
      "Move the checkout, or let DMM_ENV_HOME, DMM_ENV_CACHE and DMM_ENV_TOOLCHAIN name folders with other paths.",
  ),
  DMM_DISK_FULL: entry<"file">(
    notReady,
    (v) => `${v.file} could not be written: the disk is full.`,
    () =>
      "Free some space, or let the environment variable DMM_ENV_HOME name a folder on another disk, then run the command again.",
  ),
  DMM_DISK_SHORT: entry<"folder" | "free" | "needed">(
    notReady,
    (v) => `The disk of ${v.folder} has ${v.free} MiB free; a local environment needs ${v.needed} MiB.`,
    () => "Free some space, or let the environment variable DMM_ENV_HOME name a folder on another disk.",
  ),
  DMM_FILE_UNUSABLE: entry<"file" | "reason">(
    notReady,
    (v) => `${v.file} cannot be used: ${v.reason}.`,
    () => "Give yourself the right to read and write it, then run the command again.",
  ),
  DMM_NETWORKS_EXHAUSTED: entry(
    notReady,
    () =>
      "Every loopback network from 127.10 to 127.199 is in use, so there is none for another environment.",
    () => "dmm-env list shows environments; release one with dmm-env down.",
  ),
  DMM_RECORD_UNREADABLE: entry<"file" | "problem" | "name">(
    notReady,
    (v) => `${v.file} was changed or cut short: ${v.problem}.`,
    (v) => `dmm-env down ${v.name} releases what is there and removes it.`,
  ),
  DMM_KEY_UNREADABLE: entry<"file" | "problem" | "fix">(
    notReady,
    (v) => `${v.file} does not hold the key that belongs there: ${v.problem}.`,
    (v) => `${v.fix}`,
  ),
  DMM_CONFIGURATION_UNREADABLE: entry<"file" | "problem">(
    notMade,
    (v) => `${v.file} cannot be read: ${v.problem}.`,
    () => "Correct the file; git diff shows what was changed.",
  ),
  DMM_CONFIGURATION_WRONG: entry<"problems">(
    notMade,
    (v) => `The configuration is wrong. ${v.problems}`,
    () => "Correct Pulumi.production.yaml; docs/configuration.md explains every key.",
  ),
  DMM_REGION_FAILED: entry<"name" | "reason" | "log">(
    notMade,
    (v) => `The local region of "${v.name}" ended while it started: ${v.reason}`,
    (v) => `Its log is ${v.log}.`,
  ),
  DMM_REGION_DIED: entry<"name" | "log">(
    notMade,
    (v) => `The local region of "${v.name}" ended while the engine worked with it.`,
    (v) =>
      `dmm-env up ${v.name} starts it again and goes on; dmm-env down ${v.name} gives everything back. Log: ${v.log}`,
  ),
  DMM_REGION_SLOW: entry<"name" | "seconds" | "log">(
    notMade,
    (v) => `The local region of "${v.name}" did not become ready within ${v.seconds} seconds.`,
    (v) => `Its log is ${v.log}; is the machine overloaded?`,
  ),
  DMM_REGION_DOWN: entry<"name">(
    notReady,
    (v) => `The local region of "${v.name}" does not run.`,
    (v) => `dmm-env up ${v.name} starts it again with all that it had.`,
  ),
  DMM_PROGRAM_FAILED: entry<"problem">(
    notMade,
    (v) => `The program refused its configuration or failed: ${v.problem}`,
    () => "Correct what it names, then run the command again.",
  ),
  DMM_PROGRAM_BROKEN: entry<"problem">(
    notMade,
    (v) => `The program is broken: ${v.problem}`,
    () => "Correct it, then run the command again.",
  ),
  DMM_RESOURCE_FAILED: entry<"resource" | "verb" | "problem" | "name" | "log">(
    notMade,
    (v) => `${v.resource} could not be ${v.verb}: ${v.problem}`,
    (v) =>
      `Correct it and run dmm-env up ${v.name} again, or give everything back with dmm-env down ${v.name}. Log: ${v.log}`,
  ),
  DMM_ENGINE_FAILED: entry<"problem" | "log">(
    notMade,
    (v) => `The Pulumi engine failed: ${v.problem}`,
    (v) => `Its log is ${v.log}.`,
  ),
  DMM_BACKEND_UNUSABLE: entry<"name" | "backend" | "problem" | "log">(
    notReady,
    (v) =>
      `Pulumi's backend ${v.backend} of "${v.name}" cannot be used: ${v.problem.toString().replace(/\.$/, "")}. Nothing was changed.`,
    (v) =>
      `Correct PULUMI_BACKEND_URL or its credentials, or unset it to keep the state in .dmm-env/state. Log: ${v.log}`,
  ),
  DMM_ENGINE_LOCKED: entry<"name" | "holder">(
    notReady,
    (v) => `The Pulumi stack "${v.name}" is locked by ${v.holder}.`,
    () =>
      "Wait until that run ends. A lock of another machine is removed with pulumi cancel, once it is certain that nothing runs there.",
  ),
  DMM_STATE_UNREADABLE: entry<"name" | "problem">(
    notReady,
    (v) => `The Pulumi state of "${v.name}" was changed or cut short: ${v.problem}`,
    (v) => `dmm-env down ${v.name} tears everything down without it.`,
  ),
  DMM_PASSPHRASE_WRONG: entry<"file" | "name">(
    notReady,
    (v) => `The passphrase in ${v.file} does not open the Pulumi state of "${v.name}".`,
    (v) => `Put the passphrase back with which it was made, or release it with dmm-env down ${v.name}.`,
  ),
  DMM_ENTRANCE_NOT_SERVING: entry<"name" | "seconds" | "problem">(
    notMade,
    (v) =>
      `The entrance of "${v.name}" does not serve an authorised request after ${v.seconds} seconds: ${v.problem}`,
    (v) => `dmm-env logs ${v.name} shows why; dmm-env down ${v.name} gives everything back.`,
  ),
  DMM_REVOCATION_UNPROVEN: entry<"grant" | "seconds" | "name" | "seen">(
    notReady,
    (v) =>
      `"${v.grant}" was put on the revocation list, but for ${v.seconds} seconds the ingress did not refuse its certificate: ${v.seen}.`,
    (v) => `Close everything with dmm-env down ${v.name}.`,
  ),
  DMM_INTERRUPTED: entry<"outcome" | "next">(
    interrupted,
    (v) => `Interrupted: ${v.outcome}`,
    (v) => `${v.next}`,
  ),
  DMM_AWS_FAILED: entry<"operation" | "problem">(
    notReady,
    (v) => `AWS refused ${v.operation}: ${v.problem}`,
    () => "Check the credentials and the region, then run the command again.",
  ),
  DMM_UNEXPECTED: entry<"problem" | "log">(
    notReady,
    (v) => `${v.problem}`,
    (v) => `This is a fault of dmm-env itself. Everything known about it is in ${v.log}.`,
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
