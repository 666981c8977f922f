import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { chalkStderr as chalk } from "chalk";
import { createFolder } from "../../machine/files.ts";
import { isExpected, OperatorError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Home } from "../home.ts";
import { Interrupted } from "../interruption.ts";
import { explainProgramError } from "./program-error.ts";

/** A failure as it is shown and as it is in `--json`. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
}

/**
 * Any error in the form for operators. An unexpected one is written to a log file with its stack, and the file is
 * named.
 */
export function explainFailure(error: unknown, home: Home): Failure {
  if (error instanceof Interrupted) return explainFailure(interrupted(), home);
  if (isExpected(error)) {
    return {
      code: error.code,
      message: error.message,
      hint: error.hint,
      exitCode: error.exitCode ?? exitCodes.notReady,
    };
  }
  const broken = error instanceof Error && explainProgramError(`${error.stack}`, error);
  if (broken) return explainFailure(broken, home);
  const log = writeStack(error, home);
  const problem = error instanceof Error ? error.message : String(error);
  return explainFailure(new OperatorError("DMM_UNEXPECTED", { problem, log }, error), home);
}

/** Three lines: code and message, and what to do. */
export function renderFailure(failure: Failure): string {
  return `${chalk.red(failure.code)} ${failure.message}\n${chalk.dim("→")} ${failure.hint}\n`;
}

function interrupted(): OperatorError {
  return new OperatorError("DMM_INTERRUPTED", {
    outcome: "nothing was changed.",
    next: "Run the command again.",
  });
}

/** Appends an error with its stack and causes to the error log; returns the file, or the text if that fails. */
export function writeStack(error: unknown, home: Home): string {
  const log = join(home.logs, "errors.log");
  try {
    createFolder(home.logs);
    appendFileSync(log, `${new Date().toISOString()} ${renderStack(error)}\n`, { mode: 0o600 });
    return log;
  } catch {
    return `standard error, because ${log} cannot be written: ${renderStack(error)}`;
  }
}

function renderStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? `${error.stack}`
    : `${error.stack}\ncaused by ${renderStack(error.cause)}`;
}
