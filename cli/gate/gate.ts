import type { ProfileName } from "../../verify/index.ts";
import { readProject } from "../engine/configuration.ts";
import { readRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { openEnvironment } from "../open-environment.ts";
import { makeUpRun, upSteps } from "../provisioning/up.ts";
import type { UpRequest, UpRun } from "../provisioning/up-run.ts";
import { explainFailure, type Failure } from "../report/failure.ts";
import type { Outcome, Session } from "../session.ts";
import { createDownRun, release } from "../teardown/down.ts";
import { ensureSigningKey } from "../teardown/envelope.ts";
import { findTraces } from "../teardown/find-traces.ts";
import {
  exitCodeOf,
  renderTeardownVerdicts,
  renderVerdicts,
  reportVerdicts,
} from "../verification/verdicts.ts";
import { type VerifyRun, verifySteps } from "../verification/verify-run.ts";
import { proveRelease, type ReleaseWitness, takeWitness } from "./release-witness.ts";

export interface GateRequest extends UpRequest {
  readonly profile: ProfileName;
}

/** One act of a gate: how it ended, and what it has to tell. */
interface Act {
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
  refuseUsedName(session, request.name);
  ensureSigningKey(session.home);
  const up = await makeUpRun(session, request);
  const { witness, ...proof } = await prove(session, up, request);
  // Nothing was claimed: somebody else took the name meanwhile. It is theirs to release.
  if (up.lock === undefined) return proof;
  const released = await releaseAfter(session, up, witness);
  return {
    exitCode: conclude(session, proof, released),
    report: { environment: request.name, ...proof.report, teardown: released.report },
    lines: [...proof.lines, ...released.lines, renderConclusion(request.name, proof, released)],
    ...choose(session, request.name, proof, released),
  };
}

async function prove(
  session: Session,
  up: UpRun,
  request: GateRequest,
): Promise<Act & { readonly witness?: ReleaseWitness }> {
  let witness: ReleaseWitness | undefined;
  try {
    await session.reporter.run(upSteps, up);
    const open = openEnvironment(session, request.name);
    witness = await takeWitness(session, open);
    const verification = { session, request: { profile: request.profile }, open } as VerifyRun;
    await session.reporter.run(verifySteps, verification);
    const { result } = verification;
    const report = { url: open.entrance.url, ...reportVerdicts(result) };
    return { exitCode: exitCodeOf(result), report, lines: renderVerdicts(result), witness };
  } catch (error) {
    return { ...failed(session, error), ...(witness && { witness }) };
  }
}

/** Releases, then lets the verification look from outside whether it is true. */
async function releaseAfter(session: Session, up: UpRun, witness?: ReleaseWitness): Promise<Act> {
  try {
    const released = await release(await createDownRun(session, up.request.name, up.lock));
    if (witness === undefined) return released;
    const result = await proveRelease(session, witness);
    return {
      ...released,
      exitCode: result.verdict === "failed" ? exitCodes.leftOver : released.exitCode,
      report: { ...released.report, claims: reportVerdicts(result).claims },
      lines: [...renderTeardownVerdicts(result), ...released.lines],
    };
  } catch (error) {
    return { ...failed(session, error), exitCode: exitCodes.leftOver };
  }
}

/** The last line is the gate's own verdict. */
function renderConclusion(name: string, proof: Act, released: Act): string {
  if (released.exitCode !== exitCodes.done) return `Gate ${name}: failed, the teardown is not complete.`;
  return proof.exitCode === exitCodes.done ? `Gate ${name}: passed.` : `Gate ${name}: failed.`;
}

/** A teardown that left something over or is not proven outweighs everything, because it needs somebody now; then the operator's own interruption. */
function conclude(session: Session, proof: Act, released: Act): ExitCode {
  if (released.exitCode !== exitCodes.done) return released.exitCode;
  return session.interruption.first.aborted ? exitCodes.interrupted : proof.exitCode;
}

/** The first cause is the failure; what the teardown met afterwards is shown beside it. */
function choose(
  session: Session,
  name: string,
  proof: Act,
  released: Act,
): Pick<Outcome, "failure" | "laterFailures"> {
  const causes = [proof.failure, released.failure].filter((failure) => failure !== undefined);
  if (released.failure) return { failure: causes[0]!, laterFailures: causes.slice(1) };
  if (session.interruption.first.aborted && released.exitCode === exitCodes.done) {
    const outcome = `"${name}" was torn down.`;
    return failed(
      session,
      new OperatorError("DMM_INTERRUPTED", { outcome, next: `Start again: dmm-env gate ${name}` }),
    );
  }
  return proof.failure ? { failure: proof.failure } : {};
}

function failed(session: Session, error: unknown): Act {
  const failure = explainFailure(error, session.home);
  return { exitCode: failure.exitCode, report: {}, lines: [], failure };
}

/** Its record may be lost while the environment serves: whatever is there of it counts. */
function refuseUsedName({ home }: Session, name: string): void {
  const record = readRecord(home, name);
  const traces = findTraces(home, readProject().name, name);
  if (record === undefined && traces.length === 0) return;
  const found = record
    ? `created by ${record.owner} at ${record.created}`
    : `without a record, but with ${traces.join(", ")}`;
  throw new OperatorError("DMM_NAME_IN_USE", { name, found });
}
