import type { OperatorCatalogue } from "../error-text.ts";
import { exitCodes } from "../exit-codes.ts";

const { notReady, wrongUsage, leftover } = exitCodes;

/** Failures of a teardown. */
export const teardownErrors = {
  DMM_TARGET_UNKNOWN: (v: { name: string; problem: string }) => ({
    exitCode: notReady,
    message: `The target of the environment "${v.name}" cannot be determined: ${v.problem}. Nothing was deleted.`,
    hint: `Specify it: dmm-env down ${v.name} --target local, or --target aws with its backend in PULUMI_BACKEND_URL.`,
  }),
  DMM_TEARDOWN_UNFINISHED: (v: { name: string }) => ({
    exitCode: wrongUsage,
    message: `The teardown of the environment "${v.name}" has started but not finished.`,
    hint: `Finish it: dmm-env down ${v.name}. Then create a new one: dmm-env up ${v.name}`,
  }),
  DMM_LEFT_OVER: (v: { name: string; items: string }) => ({
    exitCode: leftover,
    message: `The teardown of "${v.name}" left resources behind: ${v.items}`,
    hint: `Run it again: dmm-env down ${v.name}. If something still remains, remove it by the process id or path above.`,
  }),
  DMM_TEARDOWN_UNPROVEN: (v: { name: string; items: string; proof: string }) => ({
    exitCode: notReady,
    message: `The teardown of "${v.name}" is not proven; not observed: ${v.items}`,
    hint: `Run it again: dmm-env down ${v.name}. Its files are kept until then. Observations: ${v.proof}`,
  }),
} as const satisfies OperatorCatalogue;
