import { type Catalogue, errorsOf } from "../errors/expected-error.ts";

/** Failures of this machine that can occur in every folder. Documented in `docs/errors/machine.md`. */
const machineErrors = {
  // Occurred while writing, or detected before anything is written.
  DMM_MACHINE_DISK_FULL: (
    v: { file: string } | { folder: string; freeMebibytes: number; neededMebibytes: number },
  ) => ({
    message:
      "file" in v
        ? `${v.file} could not be written: the disk is full.`
        : `The disk of ${v.folder} has ${v.freeMebibytes} MiB free; a local environment needs ${v.neededMebibytes} MiB.`,
    hint: "Free some space, or set DMM_ENV_HOME to a folder on another disk, then run the command again.",
  }),
  DMM_MACHINE_FILE_UNUSABLE: (v: { file: string; reason: string }) => ({
    message: `${v.file} cannot be used: ${v.reason}.`,
    hint: "Fix its permissions so that you can read and write it, then run the command again.",
  }),
  DMM_MACHINE_WAIT_TIMEOUT: (v: { what: string; withinMs: number }) => ({
    message: `Waited ${v.withinMs} ms in vain for this: ${v.what}.`,
    hint: "Read the log of the program that was waited for; if the machine was busy, run the command again.",
  }),
} as const satisfies Catalogue;

/** A failure of this machine. */
export class MachineError extends errorsOf("MachineError", machineErrors) {}
