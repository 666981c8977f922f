import { type Catalogue, errorsOf } from "../../errors/expected-error.ts";

/** Every failure that can stop the region process. Documented in `docs/errors/local.md`. */
const regionErrors = {
  DMM_LOCAL_ARGUMENT: (v: { problem: string; hint: string }) => ({
    exitCode: 2,
    message: v.problem,
    hint: v.hint,
  }),
  DMM_LOCAL_TOOL_MISSING: (v: { file: string; missing: readonly string[] }) => ({
    message: `--tools ${v.file} names no command for ${v.missing.join(", ")}.`,
    hint: "Run `dmm-env setup`; it downloads missing tools.",
  }),
  DMM_LOCAL_RUNNING: (v: { what: string; holder: string }) => ({
    message: `${v.what} is already in use: ${v.holder}.`,
    hint: "Tear down the environment that uses it with `dmm-env down`, or wait until it has ended.",
  }),
  DMM_LOCAL_ADDRESS_TAKEN: (v: { problem: string; hint: string }) => ({ message: v.problem, hint: v.hint }),
  DMM_LOCAL_ADDRESSES_EXHAUSTED: (v: { count: number; block: string }) => ({
    message: `All ${v.count} addresses of ${v.block} are in use.`,
    hint: "Reduce the number of tasks or nodes per zone.",
  }),
  DMM_LOCAL_FILE_BROKEN: (v: { file: string; problem: string }) => ({
    message: `${v.file} ${v.problem}.`,
    hint: "Tear the environment down with `dmm-env down`, which skips what is corrupt and deletes everything else. Then run `dmm-env up` again.",
  }),
  DMM_LOCAL_PROCESS_FAILED: (v: { command: string; name: string; reason: string }) => ({
    message: `${v.command} could not be started for ${v.name}: ${v.reason}.`,
    hint: "Run `dmm-env doctor`; it lists tools that are missing or cannot run.",
  }),
  DMM_LOCAL_PROCESS_RUNNING: (v: { name: string; pid: number | "unknown" }) => ({
    message: `${v.name} is already running (pid ${v.pid}).`,
    hint: "Tear the environment down with `dmm-env down` and run `dmm-env up` again; report a bug with the region's log if it recurs.",
  }),
  DMM_LOCAL_CLOSING: (v: { name: string }) => ({
    message: `${v.name} cannot be started: the region is shutting down.`,
    hint: "Run `dmm-env up` again.",
  }),
  DMM_LOCAL_UNEXPECTED: (v: { problem: string }) => ({
    message: v.problem,
    hint: "Read logs/region.log in the region's folder.",
  }),
} as const satisfies Catalogue;

/** A failure of the region process itself. */
export class RegionError extends errorsOf("RegionError", regionErrors) {}
