import { errorsOf } from "../errors/expected-error.ts";
import { accessErrors } from "./access/errors.ts";
import { attestationErrors } from "./attestation/errors.ts";
import { engineErrors } from "./engine/errors.ts";
import { environmentErrors } from "./environment/errors.ts";
import type { OperatorCatalogue } from "./error-text.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { regionErrors } from "./region/errors.ts";
import { teardownErrors } from "./teardown/errors.ts";

const { wrongUsage, interrupted, notReady } = exitCodes;

/** Every failure that the command line explains, by its stable code. Documented in docs/errors/cli.md. */
export const catalogue = {
  ...environmentErrors,
  ...accessErrors,
  ...engineErrors,
  ...regionErrors,
  ...teardownErrors,
  ...attestationErrors,
  DMM_USAGE: (v: { problem: string; command: string }) => ({
    exitCode: wrongUsage,
    message: v.problem,
    hint: `See dmm-env ${v.command}--help.`,
  }),
  DMM_LOG_UNKNOWN: (v: { name: string; part: string; parts: string }) => ({
    exitCode: wrongUsage,
    message: `"${v.name}" has no log "${v.part}"; its logs are ${v.parts}.`,
    hint: `Choose one of them, or show all: dmm-env logs ${v.name}`,
  }),
  DMM_INTERRUPTED: (v: { outcome: string; next: string }) => ({
    exitCode: interrupted,
    message: `Interrupted: ${v.outcome}`,
    hint: v.next,
  }),
  DMM_UNEXPECTED: (v: { problem: string; log: string }) => ({
    exitCode: notReady,
    message: v.problem,
    hint: `This is a bug in dmm-env. The stack trace is in ${v.log}.`,
  }),
} as const satisfies OperatorCatalogue;

/** A failure that is reported to the operator by code, message and hint, never with a stack. */
export class OperatorError extends errorsOf("OperatorError", catalogue) {}

/** An error from another module with its own code and hint (tools/ and verify/ have their own catalogues). */
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
