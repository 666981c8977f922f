import type { ProfileName } from "../../verify/index.ts";
import { ensureSigningKey } from "../attestation/signing-key.ts";
import { readProject } from "../engine/configuration.ts";
import { readRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { openEnvironment } from "../open-environment.ts";
import { lockUp, planUp, upSteps } from "../provisioning/up.ts";
import type { LockedUp, UpRequest } from "../provisioning/up-stages.ts";
import { explainFailure, type Failure } from "../report/failure.ts";
import type { Outcome, Session } from "../session.ts";
import { planDown, tearDown } from "../teardown/down.ts";
import { findTraces } from "../teardown/find-traces.ts";
import {
  exitCodeAfterTeardown,
  exitCodeOf,
  renderTeardownVerdicts,
  renderVerdicts,
  reportVerdicts,
} from "../verification/verdicts.ts";
import { verifySteps } from "../verification/verify-run.ts";
import { proveTeardown, type TeardownWitness, takeWitness } from "./teardown-witness.ts";

export interface GateRequest extends UpRequest {
  readonly profile: ProfileName;
}

/** One phase of a gate: its result, and its report. */
interface Act {
  readonly exitCode: ExitCode;
  readonly report: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
  readonly failure?: Failure;
}

/**
 * Up, verify and down. Whatever happens in the first two, including Ctrl-C, down follows. Refuses a name that is
 * in use: a gate tears down what it finds, which would be another user's environment.
 */
export async function runGate(session: Session, request: GateRequest): Promise<Outcome> {
  refuseUsedName(session, request.name);
  ensureSigningKey(session.home);
  const up = lockUp(await planUp(session, request));
  using _ = up.lock;
  // Another command created it meanwhile; tearing it down is not this gate's job.
  if (up.earlier !== undefined || up.wasUp) refuseUsedName(session, request.name);
  const { witness, ...proof } = await prove(session, up, request);
  const tornDown = await tearDownAfter(session, up, witness);
  return {
    exitCode: conclude(session, proof, tornDown),
    report: { environment: request.name, ...proof.report, teardown: tornDown.report },
    lines: [...proof.lines, ...tornDown.lines, renderConclusion(request.name, proof, tornDown)],
    ...choose(session, request.name, proof, tornDown),
  };
}

async function prove(
  session: Session,
  up: LockedUp,
  request: GateRequest,
): Promise<Act & { readonly witness?: TeardownWitness }> {
  let witness: TeardownWitness | undefined;
  try {
    await session.reporter.run(upSteps, up);
    const open = openEnvironment(session, request.name);
    witness = await takeWitness(session, open);
    const { profile } = request;
    const result = await session.reporter.run(verifySteps, { session, request: { profile }, open });
    const report = { url: open.ingress.url, ...reportVerdicts(result) };
    return { exitCode: exitCodeOf(result), report, lines: renderVerdicts(result), witness };
  } catch (error) {
    return { ...failed(session, error), ...(witness && { witness }) };
  }
}

/** Tears down, then verifies the result from outside. */
async function tearDownAfter(session: Session, up: LockedUp, witness?: TeardownWitness): Promise<Act> {
  try {
    const tornDown = await tearDown(await planDown(session, up.request.name), up.lock);
    if (witness === undefined) return tornDown;
    const result = await proveTeardown(session, witness);
    return {
      ...tornDown,
      exitCode: exitCodeAfterTeardown(tornDown.exitCode, result),
      report: { ...tornDown.report, claims: reportVerdicts(result).claims },
      lines: [...renderTeardownVerdicts(result), ...tornDown.lines],
    };
  } catch (error) {
    return { ...failed(session, error), exitCode: exitCodes.leftover };
  }
}

/** The last line is the gate's own verdict. */
function renderConclusion(name: string, proof: Act, tornDown: Act): string {
  if (tornDown.exitCode !== exitCodes.done) return `Gate ${name}: failed, the teardown is not complete.`;
  return proof.exitCode === exitCodes.done ? `Gate ${name}: passed.` : `Gate ${name}: failed.`;
}

/**
 * A teardown with leftovers or without proof takes precedence, because it needs attention now; then the operator's
 * own interruption.
 */
function conclude(session: Session, proof: Act, tornDown: Act): ExitCode {
  if (tornDown.exitCode !== exitCodes.done) return tornDown.exitCode;
  return session.interruption.first.aborted ? exitCodes.interrupted : proof.exitCode;
}

/** The first cause is the failure; failures of the teardown are shown beside it. */
function choose(
  session: Session,
  name: string,
  proof: Act,
  tornDown: Act,
): Pick<Outcome, "failure" | "laterFailures"> {
  const causes = [proof.failure, tornDown.failure].filter((failure) => failure !== undefined);
  if (tornDown.failure) return { failure: causes[0]!, laterFailures: causes.slice(1) };
  if (session.interruption.first.aborted && tornDown.exitCode === exitCodes.done) {
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

/** Its record may be lost while the environment serves: any trace of it counts. */
function refuseUsedName({ home }: Session, name: string): void {
  const record = readRecord(home, name);
  const traces = findTraces(home, readProject().name, name);
  if (record === undefined && traces.length === 0) return;
  const found = record
    ? `created by ${record.owner} at ${record.created}`
    : `without a record, but with ${traces.join(", ")}`;
  throw new OperatorError("DMM_NAME_IN_USE", { name, found });
}
