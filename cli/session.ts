import type { Command } from "commander";
import { type TargetName, targets } from "./environment/creation-choices.ts";
import { requireUsablePaths } from "./environment/paths.ts";
import { OperatorError } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { findHome, type Home } from "./home.ts";
import { type Interruption, listenForInterruption } from "./interruption.ts";
import { createReporter } from "./report/create-reporter.ts";
import { explainFailure, type Failure, renderFailure } from "./report/failure.ts";
import { writeOutput } from "./report/lost-output.ts";
import type { Reporter } from "./report/reporter.ts";
import { watchForStrayErrors } from "./report/stray-errors.ts";

/** The environment chosen for a command without a name, and why. */
export interface ChosenName {
  readonly name: string;
  /** `branch`: it belongs to the current git branch. `only`: there is no other one. */
  readonly by: "branch" | "only";
  /** The current git branch; null if there is none. */
  readonly branch: string | null;
}

/** Context of every command. */
export interface Session {
  readonly home: Home;
  readonly reporter: Reporter;
  readonly interruption: Interruption;
  /** As given by --target; absent if not set. */
  readonly target?: TargetName;
  /** The command as the operator wrote it, for the lock. */
  readonly commandLine: string;
  /** True if stdout gets JSON. */
  readonly json: boolean;
  /** Set if the operator gave no name. */
  chosen?: ChosenName;
}

/** The result of a command. */
export interface Outcome {
  readonly exitCode: ExitCode;
  /** The command's own part of the JSON object. */
  readonly report: Readonly<Record<string, unknown>>;
  /** Human-readable output on stdout. */
  readonly lines: readonly string[];
  /** A failure that still has a report: leftovers, a failed claim. */
  readonly failure?: Failure;
  /** Failures that followed while cleaning up: shown too, but not as the cause. */
  readonly laterFailures?: readonly Failure[];
}

/** The effect of the first Ctrl-C or SIGTERM on a command. */
export interface CommandNature {
  /**
   * `gently`: the command has something to finish or tear down, and handles the signal itself. `at once`: it is
   * read-only.
   */
  readonly interrupted: "gently" | "at once";
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly target?: TargetName;
}

/** Runs a command's body and reports the result: a JSON object or lines on stdout, a failure on stderr. */
export async function runCommand(
  command: Command,
  body: (session: Session) => Promise<Outcome>,
  { interrupted }: CommandNature = { interrupted: "gently" },
): Promise<void> {
  const { json = false, target } = command.optsWithGlobals<GlobalOptions>();
  const home = findHome();
  watchForStrayErrors(home);
  const reporter = await createReporter();
  const interruption = listenForInterruption(() =>
    reporter.note(
      interrupted === "gently"
        ? "Interrupted: shutting down. Press Ctrl-C again to stop immediately."
        : "Interrupted.",
    ),
  );
  const commandLine = ["dmm-env", ...process.argv.slice(2)].join(" ");
  const session: Session = {
    home,
    reporter,
    interruption,
    commandLine,
    json,
    ...(target && { target: parseTarget(target) }),
  };
  const work =
    interrupted === "gently"
      ? runBody(session, body)
      : Promise.race([runBody(session, body), rejectWhenAborted(interruption.first)]);
  const outcome = await work.catch((error: unknown): Outcome => {
    const failure = explainFailure(error, home);
    return { exitCode: failure.exitCode, report: {}, lines: [], failure };
  });
  await render(outcome, session, fullName(command));
  interruption.stopListening();
  process.exitCode = outcome.exitCode;
}

async function runBody(session: Session, body: (session: Session) => Promise<Outcome>): Promise<Outcome> {
  requireUsablePaths(session.home);
  return await body(session);
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Throws DMM_USAGE for an unknown target. */
export function parseTarget(text: string): TargetName {
  if (targets.includes(text as TargetName)) return text as TargetName;
  throw new OperatorError("DMM_USAGE", {
    problem: `The target "${text}" does not exist; it must be ${targets.join(" or ")}.`,
    command: "",
  });
}

async function render(outcome: Outcome, session: Session, name: string): Promise<void> {
  for (const failure of [outcome.failure, ...(outcome.laterFailures ?? [])])
    if (failure !== undefined) await writeOutput(process.stderr, renderFailure(failure));
  const text = session.json
    ? `${JSON.stringify(renderJson(outcome, session, name))}\n`
    : outcome.lines.map((line) => `${line}\n`).join("");
  await writeOutput(process.stdout, text);
}

function renderJson(
  { exitCode, failure, laterFailures = [], report }: Outcome,
  { reporter, chosen }: Session,
  command: string,
): Record<string, unknown> {
  const show = ({ code, message, hint }: Failure) => ({ code, message, hint });
  return {
    command,
    exitCode,
    error: failure ? show(failure) : null,
    ...(laterFailures.length > 0 && { laterErrors: laterFailures.map(show) }),
    ...(chosen && { chosen }),
    ...report,
    steps: reporter.times,
  };
}

function fullName(command: Command): string {
  const parent = command.parent;
  return parent?.parent ? `${fullName(parent)} ${command.name()}` : command.name();
}

/** The exit code of a successful command. */
export const done = exitCodes.done;
