import type { ProfileName } from "../../verify/index.ts";
import { openEnvironment } from "../environment/open-environment.ts";
import { readRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { makeUpRun, upSteps } from "../making/up.ts";
import type { UpRequest, UpRun } from "../making/up-run.ts";
import { createDownRun, release } from "../release/down.ts";
import { explainFailure, type Failure } from "../report/failure.ts";
import type { Outcome, Session } from "../session.ts";
import { exitCodeOf, renderVerdicts, reportVerdicts } from "../verification/verdicts.ts";
import { type VerifyRun, verifySteps } from "../verification/verify-run.ts";

export interface GateRequest extends UpRequest {
  readonly profile: ProfileName;
}

/** The part of a gate that went before its release. */
interface Proof {
  readonly exitCode: ExitCode;
  readonly report: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
  readonly failure?: Failure;
}

/**
 * Up, verify and down. Whatever happens in the first two, also Ctrl-C, down follows. Refuses a name that is in use: a
 * gate releases what it finds, and that would be somebody else's.
 */
export async function runGate(session: Session, request: GateRequest): Promise<Outcome> {
  const { name } = request;
  refuseUsedName(session, name);
  const run = await makeUpRun(session, request);
  const proof = await prove(session, run, request);
  // Nothing was claimed: the name was taken in the meantime, or the machine is not ready.
  if (run.lock === undefined)
    return {
      exitCode: proof.exitCode,
      report: { environment: name, ...proof.report },
      lines: [],
      ...failureOf(proof),
    };
  const released = await releaseAfter(session, run);
  if (session.interruption.first.aborted && released.exitCode === exitCodes.done)
    return interrupted(session, name, proof, released);
  return {
    // What is left over outweighs everything: it needs somebody now.
    exitCode: released.exitCode === exitCodes.done ? proof.exitCode : exitCodes.leftOver,
    report: { environment: name, ...proof.report, release: released.report },
    lines: [...proof.lines, ...released.lines],
    ...failureOf(released.failure ? released : proof),
  };
}

function interrupted(session: Session, name: string, proof: Proof, released: Outcome): Outcome {
  const outcome = `everything of "${name}" was released.`;
  const error = new OperatorError("DMM_INTERRUPTED", { outcome, next: `dmm-env gate ${name} begins again.` });
  return {
    exitCode: exitCodes.interrupted,
    report: { environment: name, ...proof.report, release: released.report },
    lines: [...proof.lines, ...released.lines],
    failure: explainFailure(error, session.home),
  };
}

async function prove(session: Session, run: UpRun, request: GateRequest): Promise<Proof> {
  try {
    await session.reporter.run(upSteps, run);
    const verification = {
      session,
      request: { profile: request.profile },
      open: openEnvironment(session, request.name),
    } as VerifyRun;
    await session.reporter.run(verifySteps, verification);
    const { result } = verification;
    return {
      exitCode: exitCodeOf(result),
      report: { url: run.entrance.url, ...reportVerdicts(result) },
      lines: renderVerdicts(result),
    };
  } catch (error) {
    const failure = explainFailure(error, session.home);
    return { exitCode: failure.exitCode, report: {}, lines: [], failure };
  }
}

async function releaseAfter(session: Session, run: UpRun): Promise<Outcome> {
  try {
    return await release(await createDownRun(session, run.request.name, run.lock));
  } catch (error) {
    const failure = explainFailure(error, session.home);
    return { exitCode: exitCodes.leftOver, report: {}, lines: [], failure };
  }
}

function refuseUsedName(session: Session, name: string): void {
  const record = readRecord(session.home, name);
  if (record !== undefined)
    throw new OperatorError("DMM_NAME_IN_USE", { name, owner: record.owner, created: record.created });
}

function failureOf({ failure }: { readonly failure?: Failure }): { readonly failure?: Failure } {
  return failure === undefined ? {} : { failure };
}
