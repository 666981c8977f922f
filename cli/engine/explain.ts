import { MachineError } from "../../machine/errors.ts";
import { OperatorError } from "../errors.ts";
import { explainProgramError } from "../report/program-error.ts";
import type { Observation } from "./observer.ts";
import type { EngineExit } from "./pulumi.ts";

/** A failed run: the operation, its output and its reported errors. */
export interface FailedRun {
  readonly name: string;
  /** `made` for up, `deleted` for destroy. */
  readonly verb: string;
  readonly exit: EngineExit;
  readonly observation: Observation;
  readonly passphraseFile: string;
}

/** The only place that converts Pulumi's errors into ones that an operator can act on. */
export function explainEngine(run: FailedRun): OperatorError | MachineError {
  return explainOutput(run) ?? explainProblems(run) ?? unexplained(run);
}

/** Failures before the first resource are only printed. */
function explainOutput({ name, exit, passphraseFile }: FailedRun): OperatorError | MachineError | undefined {
  const { output, log, unresponsive } = exit;
  if (unresponsive !== undefined)
    return new OperatorError("DMM_ENGINE_UNRESPONSIVE", { problem: unresponsive, log });
  const locked = /currently locked by \d+ lock\(s\)[\s\S]*?(created by .+)$/m.exec(output);
  if (locked !== null)
    return new OperatorError("DMM_ENGINE_LOCKED", { name, holder: locked[1] ?? "another run" });
  if (/incorrect passphrase|passphrase must be set/i.test(output)) {
    return new OperatorError("DMM_PASSPHRASE_WRONG", { name, file: passphraseFile });
  }
  if (/no space left on device|disk quota exceeded/i.test(output)) {
    return new MachineError("DMM_MACHINE_DISK_FULL", { file: /open (.+?): /.exec(output)?.[1] ?? log });
  }
  const damaged =
    /.*(?:snapshot integrity|could not deserialize|failed to load checkpoint|unmarshal|invalid character|unexpected end of JSON|checkpoint.*invalid).*/i.exec(
      output,
    );
  if (damaged !== null)
    return new OperatorError("DMM_STATE_UNREADABLE", { name, problem: shorten(damaged[0]) });
  return undefined;
}

function explainProblems({ name, verb, exit, observation }: FailedRun): OperatorError | undefined {
  // "update failed" and the like follow from another error; the first with its own cause is shown.
  const own = observation.problems.filter(
    ({ message }) => !/^(error: )?(update|destroy|refresh) (failed|cancel)/.test(message),
  );
  const first = own.find(({ urn }) => isResource(urn)) ?? own[0];
  if (first === undefined) return undefined;
  const sentences = own.filter(({ urn }) => urn === first.urn).map(({ message }) => shorten(message));
  const problem = [...new Set(sentences)].join(" ");
  const broken = isResource(first.urn) ? undefined : explainProgramError(first.message);
  if (broken !== undefined) return broken;
  if (!isResource(first.urn)) return new OperatorError("DMM_PROGRAM_FAILED", { problem });
  const [type, resource] = first.urn.split("::").slice(-2);
  return new OperatorError("DMM_RESOURCE_FAILED", {
    resource: `${type?.split("$").at(-1)} ${resource}`,
    verb,
    problem,
    name,
    log: exit.log,
  });
}

/** The stack's own errors are the program's: if a resource failed, they follow from it. */
function isResource(urn: string): boolean {
  return urn !== "" && !urn.includes("::pulumi:pulumi:Stack::");
}

function unexplained({ exit }: FailedRun): OperatorError {
  if (exit.signal !== null) {
    return new OperatorError("DMM_ENGINE_FAILED", {
      problem: `it was ended by ${exit.signal}.`,
      log: exit.log,
    });
  }
  const error = /^error: .+$/m.exec(exit.output)?.[0] ?? exit.output.trimEnd().split("\n").at(-1) ?? "";
  return new OperatorError("DMM_ENGINE_FAILED", {
    problem: shorten(error) || `exit code ${exit.code}`,
    log: exit.log,
  });
}

/** The sentence without the stack trace and prefixes. */
function shorten(message: string): string {
  return (
    message
      .split(/\n\s+at /)[0]
      ?.replace(/^(?:error: |Unhandled exception: |Error: )+/g, "")
      // The engine's prefix of a provider's message: type, name and value are in the message already, or not for
      // display.
      .replace(/^.*? has a problem: /s, "")
      .replace(/\s*\n\s*/g, "; ")
      .slice(0, 1_000) ?? ""
  );
}
