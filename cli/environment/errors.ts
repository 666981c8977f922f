import type { OperatorCatalogue } from "../error-text.ts";
import { exitCodes } from "../exit-codes.ts";

const { wrongUsage, notReady } = exitCodes;

/** Failures of an environment in this checkout: its name, target, record, lock, folder and disk. */
export const environmentErrors = {
  DMM_NAME_INVALID: (v: { name: string; allowed: string }) => ({
    exitCode: wrongUsage,
    message: `The environment name "${v.name}" is invalid; it must be ${v.allowed}.`,
    hint: "Choose a name such as feature-x.",
  }),
  DMM_NAME_MISSING: (v: { where: string; there: string }) => ({
    exitCode: wrongUsage,
    message: `No environment name was given and none can be chosen: ${v.where}, and ${v.there}.`,
    hint: "Give the name: dmm-env <command> <name>. List all environments: dmm-env list",
  }),
  DMM_NAME_NEEDED: (v: { name: string; reason: string }) => ({
    exitCode: wrongUsage,
    message: `Without a name, down does not delete "${v.name}", the only environment: ${v.reason}.`,
    hint: `To delete it, give its name: dmm-env down ${v.name}`,
  }),
  DMM_NAME_RESERVED: (v: { name: string }) => ({
    exitCode: wrongUsage,
    message: `"${v.name}" is reserved for production; an environment needs another name.`,
    hint: "Choose a name such as feature-x.",
  }),
  DMM_DURATION_INVALID: (v: { text: string; longest: string }) => ({
    exitCode: wrongUsage,
    message: `The duration "${v.text}" is invalid; it must be a whole number with s, m, h or d, from 1s to ${v.longest}.`,
    hint: "Use, for example, --for 4h.",
  }),
  DMM_NETWORKS_INVALID: (v: { text: string; allowed: string }) => ({
    exitCode: wrongUsage,
    message: `The value "${v.text}" of --insiders is invalid; it must be ${v.allowed}.`,
    hint: "Use, for example, --insiders 203.0.113.0/24.",
  }),
  DMM_NETWORKS_MISSING: () => ({
    exitCode: wrongUsage,
    message: "The target aws requires --insiders for a new environment; there is no safe default.",
    hint: "Add, for example, --insiders 203.0.113.0/24.",
  }),
  DMM_TARGET_MISMATCH: (v: { name: string; actual: string; asked: string }) => ({
    exitCode: wrongUsage,
    message: `The environment "${v.name}" is on the target ${v.actual}, not ${v.asked}; the target of an environment cannot change.`,
    hint: `Omit --target, or choose a name other than ${v.name}.`,
  }),
  DMM_ENVIRONMENT_UNKNOWN: (v: { name: string; places: string }) => ({
    exitCode: wrongUsage,
    message: `This checkout has no environment "${v.name}" and no trace of one in ${v.places}.`,
    hint: `List all environments: dmm-env list. Create it: dmm-env up ${v.name}`,
  }),
  DMM_ENVIRONMENT_NOT_UP: (v: { name: string; state: string }) => ({
    exitCode: wrongUsage,
    message: `The environment "${v.name}" is not up: ${v.state}.`,
    hint: `Finish it: dmm-env up ${v.name}. Tear it down: dmm-env down ${v.name}`,
  }),
  DMM_NAME_IN_USE: (v: { name: string; found: string }) => ({
    exitCode: wrongUsage,
    message: `The environment "${v.name}" already exists, ${v.found}; gate creates a new environment and tears it down.`,
    hint: `Choose another name, or tear that one down first: dmm-env down ${v.name}`,
  }),
  DMM_ENVIRONMENT_BUSY: (v: { name: string; command: string; pid: number; since: string }) => ({
    exitCode: notReady,
    message: `The environment "${v.name}" is busy: "${v.command}" has been running as process ${v.pid} since ${v.since}.`,
    hint: `Wait until it ends, or interrupt it: kill -INT ${v.pid}. A stopped process needs kill -CONT ${v.pid} as well.`,
  }),
  DMM_ENVIRONMENT_CHANGED: (v: { name: string; found: string; planned: string }) => ({
    exitCode: notReady,
    message: `Another command created the environment "${v.name}" meanwhile, with ${v.found} instead of ${v.planned}.`,
    hint: `Check it, then run the command again: dmm-env status ${v.name}`,
  }),
  DMM_PATH_UNUSABLE: (v: { path: string; reason: string }) => ({
    exitCode: notReady,
    message: `The path ${v.path} cannot be used: ${v.reason}.`,
    hint: "Move the checkout, or set DMM_ENV_HOME, DMM_ENV_CACHE and DMM_ENV_TOOLCHAIN to folders with other paths.",
  }),
  DMM_NETWORKS_EXHAUSTED: () => ({
    exitCode: notReady,
    message: "All loopback networks from 127.10 to 127.199 are in use; none is free for another environment.",
    hint: "List environments with dmm-env list, and tear one down: dmm-env down <name>",
  }),
  DMM_RECORD_UNREADABLE: (v: { file: string; problem: string; name: string }) => ({
    exitCode: notReady,
    message: `${v.file} is corrupt or truncated: ${v.problem}.`,
    hint: `Tear the environment down: dmm-env down ${v.name}`,
  }),
  DMM_ENVIRONMENT_EXPIRED: (v: { name: string; expires: string }) => ({
    exitCode: notReady,
    message: `The lifetime of "${v.name}" ended at ${v.expires}, and with it the operator's access.`,
    hint: `Extend it: dmm-env up ${v.name} --for 2h. Tear it down: dmm-env down ${v.name}`,
  }),
} as const satisfies OperatorCatalogue;
