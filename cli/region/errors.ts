import type { OperatorCatalogue } from "../error-text.ts";
import { exitCodes } from "../exit-codes.ts";

const { notMade, notReady } = exitCodes;

/** Failures of the local region as a command sees them; its own are in local/daemon/errors.ts. */
export const regionErrors = {
  DMM_REGION_FAILED: (v: { name: string; reason: string; log: string }) => ({
    exitCode: notMade,
    message: `The local region of "${v.name}" exited during its start: ${v.reason}`,
    hint: `Read its log: ${v.log}`,
  }),
  DMM_REGION_DIED: (v: { name: string; log: string }) => ({
    exitCode: notMade,
    message: `The local region of "${v.name}" exited while the engine was using it.`,
    hint: `Restart it and continue: dmm-env up ${v.name}. Tear it down: dmm-env down ${v.name}. Log: ${v.log}`,
  }),
  DMM_REGION_SLOW: (v: { name: string; seconds: number; log: string }) => ({
    exitCode: notMade,
    message: `The local region of "${v.name}" did not become ready within ${v.seconds} seconds.`,
    hint: `Check whether the machine is overloaded, and read its log: ${v.log}`,
  }),
  DMM_REGION_DOWN: (v: { name: string }) => ({
    exitCode: notReady,
    message: `The local region of "${v.name}" is not running.`,
    hint: `Start it again with all its data: dmm-env up ${v.name}`,
  }),
  DMM_REGION_UNRESPONSIVE: (v: { name: string; pid: number }) => ({
    exitCode: notReady,
    message: `The local region of "${v.name}" (process ${v.pid}) is unresponsive.`,
    hint: `If it was stopped, continue it: kill -CONT ${v.pid}. Tear the environment down without it: dmm-env down ${v.name}`,
  }),
} as const satisfies OperatorCatalogue;
