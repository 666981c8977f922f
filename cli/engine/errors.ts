import type { OperatorCatalogue } from "../error-text.ts";
import { exitCodes } from "../exit-codes.ts";

const { notMade, notReady } = exitCodes;

/** Failures of Pulumi's engine, its backend and state, and the program that it runs. */
export const engineErrors = {
  DMM_PROGRAM_FAILED: (v: { problem: string }) => ({
    exitCode: notMade,
    message: `The Pulumi program rejected its configuration or failed: ${v.problem}`,
    hint: "Correct what the message names, then run the command again.",
  }),
  DMM_PROGRAM_BROKEN: (v: { problem: string }) => ({
    exitCode: notMade,
    message: `The Pulumi program has an error: ${v.problem}`,
    hint: "Correct it, then run the command again.",
  }),
  DMM_RESOURCE_FAILED: (v: {
    resource: string;
    verb: string;
    problem: string;
    name: string;
    log: string;
  }) => ({
    exitCode: notMade,
    message: `${v.resource} could not be ${v.verb}: ${v.problem}`,
    hint: `Correct it and run dmm-env up ${v.name} again, or tear the environment down: dmm-env down ${v.name}. Log: ${v.log}`,
  }),
  DMM_ENGINE_FAILED: (v: { problem: string; log: string }) => ({
    exitCode: notMade,
    message: `The Pulumi engine failed: ${v.problem}`,
    hint: `Read its log: ${v.log}`,
  }),
  DMM_BACKEND_UNUSABLE: (v: { name: string; backend: string; problem: string; log: string }) => ({
    exitCode: notReady,
    message: `Pulumi's backend ${v.backend} of "${v.name}" cannot be used: ${v.problem.toString().replace(/\.$/, "")}. Nothing was changed.`,
    hint: `Correct PULUMI_BACKEND_URL or its credentials, or unset it to keep the state in .dmm-env/state. Log: ${v.log}`,
  }),
  DMM_ENGINE_UNRESPONSIVE: (v: { problem: string; log: string }) => ({
    exitCode: notMade,
    message: `The Pulumi engine was killed: ${v.problem}.`,
    hint: `Its log is ${v.log}. The next command continues from the state that it wrote.`,
  }),
  DMM_ENGINE_LOCKED: (v: { name: string; holder: string }) => ({
    exitCode: notReady,
    message: `The Pulumi stack "${v.name}" is locked by ${v.holder}.`,
    hint: "Wait until that run ends. Remove a lock of another machine with pulumi cancel, once you are certain that nothing runs there.",
  }),
  DMM_STATE_UNREADABLE: (v: { name: string; problem: string }) => ({
    exitCode: notReady,
    message: `The Pulumi state of "${v.name}" is corrupt or truncated: ${v.problem}`,
    hint: `Tear the environment down without the state: dmm-env down ${v.name}`,
  }),
  DMM_PASSPHRASE_WRONG: (v: { file: string; name: string }) => ({
    exitCode: notReady,
    message: `The passphrase in ${v.file} does not decrypt the Pulumi state of "${v.name}".`,
    hint: `Restore the passphrase that the state was created with, or tear the environment down: dmm-env down ${v.name}`,
  }),
  DMM_STATE_LOST: (v: { name: string; problem: string; backend: string }) => ({
    exitCode: notReady,
    message: `The Pulumi state of "${v.name}" cannot be read: ${v.problem}. Nothing was deleted.`,
    hint: `Restore the stack in ${v.backend} from a backup, or find the resources by the tag dmm:environment=${v.name} in the AWS console.`,
  }),
} as const satisfies OperatorCatalogue;
