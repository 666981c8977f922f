import { readFileSync } from "node:fs";
import { MachineError } from "../../machine/errors.ts";
import type { Lock } from "../../machine/lock.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { requireAwsIdentity } from "../access/aws-identity.ts";
import { ensureSigningKey } from "../attestation/signing-key.ts";
import { useBackend } from "../engine/backend.ts";
import { readProject } from "../engine/configuration.ts";
import { OperatorError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type EnvironmentFolder, environmentFolder } from "../home.ts";
import { explainFailure } from "../report/failure.ts";
import type { Step } from "../report/reporter.ts";
import type { Outcome, Session } from "../session.ts";
import { closeIngress } from "./close-ingress.ts";
import { deleteResources } from "./delete-resources.ts";
import type { DownRun } from "./down-run.ts";
import { endRegion } from "./end-region.ts";
import { findEnvironment } from "./find-environment.ts";
import { takeStock } from "./inventory.ts";
import { signProof } from "./proof.ts";
import { reachRegion } from "./reach-region.ts";
import { removeFiles } from "./remove-files.ts";
import { judge } from "./statements.ts";
import { takeOver } from "./take-over.ts";

/**
 * The steps of `down`, in order: access first, then resources, then an inventory that trusts none of the previous
 * steps.
 */
export const downSteps: readonly Step<DownRun>[] = [
  { title: "take over the environment", run: takeOver },
  { title: "reach the region", run: reachRegion },
  { title: "close the ingress", run: closeIngress },
  { title: "delete resources", run: deleteResources },
  { title: "stop the region", run: endRegion },
  { title: "take inventory", run: takeStock },
  { title: "remove files", run: removeFiles },
  { title: "sign the proof", run: signProof },
];

/**
 * Collects all evidence about the environment; each piece may be damaged or gone. Problems that would stop the
 * teardown half way (no credentials, an unreadable signing key) are found here, before anything is changed. Throws
 * DMM_ENVIRONMENT_UNKNOWN, DMM_TARGET_MISMATCH, DMM_TARGET_UNKNOWN, DMM_AWS_CREDENTIALS, DMM_KEY_UNREADABLE.
 */
export async function createDownRun(session: Session, name: string, lock?: Lock): Promise<DownRun> {
  const project = readProject();
  const { origin, network, detours } = findEnvironment(session, project, name);
  const own = useBackend(session, name, origin.backend);
  if (origin.target === "aws") await requireAwsIdentity(origin.region, { name, ...origin });
  requireSigningKey(own);
  const folder = environmentFolder(own.home, name);
  const outputs = readOutputs(folder);
  return {
    session: own,
    name,
    folder,
    project: { ...project, region: origin.region },
    target: origin.target,
    origin,
    startedAt: new Date().toISOString(),
    detours: [...detours],
    resourcesDeleted: 0,
    leftover: [],
    statements: [],
    ...(network !== undefined && { network }),
    ...(outputs && { outputs }),
    ...(lock && { lock }),
  } as unknown as DownRun;
}

/** A missing key is created when it is needed: a full disk must not keep the teardown from starting. */
function requireSigningKey({ home }: Session): void {
  try {
    ensureSigningKey(home);
  } catch (error) {
    if (!(error instanceof MachineError) || error.code !== "DMM_MACHINE_DISK_FULL") throw error;
  }
}

/** Runs the teardown and returns the result: 0, 5 with all leftovers, or 3 with what was not observed. */
export async function tearDown(run: DownRun): Promise<Outcome> {
  const { session, name } = run;
  try {
    await session.reporter.run(downSteps, run);
  } finally {
    run.lock?.release();
  }
  const report = reportDown(run);
  const notes = run.detours.map((detour) => `Note: ${detour}`);
  const problem = findProblem(run);
  if (problem !== undefined) {
    const failure = explainFailure(problem, session.home);
    return { exitCode: failure.exitCode, report, lines: notes, failure };
  }
  const lines = [...notes, `${name} is torn down; nothing is left. Proof: ${run.proof}`];
  return { exitCode: exitCodes.done, report, lines };
}

function reportDown(run: DownRun): Record<string, unknown> {
  return {
    environment: run.name,
    target: run.target,
    verdict: judge(run.statements),
    access: run.closure,
    resourcesDeleted: run.resourcesDeleted,
    workarounds: run.detours,
    statements: run.statements,
    leftovers: run.leftover,
    proof: run.proof ?? null,
  };
}

/** DMM_LEFT_OVER naming each leftover, or DMM_TEARDOWN_UNPROVEN naming each statement without an observation. */
function findProblem({
  name,
  statements,
  leftover,
  proof = "not stored",
}: DownRun): OperatorError | undefined {
  const verdict = judge(statements);
  if (verdict === "nothing is left over") return undefined;
  if (verdict === "something is left over") {
    const items = leftover.map(({ kind, what }) => `${kind} ${what}`).join("; ");
    return new OperatorError("DMM_LEFT_OVER", { name, items });
  }
  const unseen = statements.filter(({ outcome }) => outcome === "not observed");
  const items = unseen.map(({ statement, evidence }) => `"${statement}" (${evidence})`).join("; ");
  return new OperatorError("DMM_TEARDOWN_UNPROVEN", { name, items, proof });
}

function readOutputs(folder: EnvironmentFolder): PlatformOutputs | undefined {
  try {
    return JSON.parse(readFileSync(folder.outputs, "utf8")) as PlatformOutputs;
  } catch {
    return undefined;
  }
}
