import { readFileSync } from "node:fs";
import { MachineError } from "../../machine/errors.ts";
import type { Lock } from "../../machine/lock.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { requireAwsIdentity } from "../access/aws-identity.ts";
import { ensureSigningKey } from "../attestation/signing-key.ts";
import { useBackend } from "../engine/backend.ts";
import { readProject } from "../engine/configuration.ts";
import { acquireLock } from "../environment/lock.ts";
import { OperatorError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type EnvironmentFolder, environmentFolder } from "../home.ts";
import { explainFailure } from "../report/failure.ts";
import { startWith } from "../report/steps.ts";
import type { Outcome, Session } from "../session.ts";
import { closeIngress } from "./close-ingress.ts";
import { deleteResources } from "./delete-resources.ts";
import type { PlannedDown, ProvenDown } from "./down-stages.ts";
import { endRegion } from "./end-region.ts";
import { findEnvironment } from "./find-environment.ts";
import { reachRegion } from "./reach-region.ts";
import { removeFiles } from "./remove-files.ts";
import { signProof } from "./sign-proof.ts";
import { judge } from "./statements.ts";
import { takeInventory } from "./take-inventory.ts";
import { takeOver } from "./take-over.ts";

/**
 * The steps of `down`, in order: access first, then resources, then an inventory that trusts none of the previous
 * steps.
 */
export const downSteps = startWith<PlannedDown>()
  .step("take over the environment", takeOver)
  .step("reach the region", reachRegion)
  .step("close the ingress", closeIngress)
  .step("delete resources", deleteResources)
  .step("stop the region", endRegion)
  .step("take inventory", takeInventory)
  .step("remove files", removeFiles)
  .step("sign the proof", signProof);

/**
 * Collects all evidence about the environment; each piece may be damaged or gone. Problems that would stop the
 * teardown half way (no credentials, an unreadable signing key) are found here, before anything is changed. Throws
 * DMM_ENVIRONMENT_UNKNOWN, DMM_TARGET_MISMATCH, DMM_TARGET_UNKNOWN, DMM_AWS_CREDENTIALS, DMM_KEY_UNREADABLE.
 */
export async function planDown(session: Session, name: string): Promise<PlannedDown> {
  const project = readProject();
  const { origin, network, detours } = findEnvironment(session, project, name);
  const own = useBackend(session, name, origin.backend);
  if (origin.target === "aws") await requireAwsIdentity(origin.region, { name, ...origin });
  requireSigningKey(own);
  const folder = environmentFolder(own.home, name);
  return {
    session: own,
    name,
    folder,
    project: { ...project, region: origin.region },
    target: origin.target,
    origin,
    startedAt: new Date().toISOString(),
    network,
    outputs: readOutputs(folder),
    detours: [...detours],
  };
}

/** A missing key is created when it is needed: a full disk must not keep the teardown from starting. */
function requireSigningKey({ home }: Session): void {
  try {
    ensureSigningKey(home);
  } catch (error) {
    if (!(error instanceof MachineError) || error.code !== "DMM_MACHINE_DISK_FULL") throw error;
  }
}

/**
 * Runs the teardown and returns the result: 0, 5 with every leftover, or 3 with what was not observed. `held` is
 * the environment's lock if the caller has it already. Throws DMM_ENVIRONMENT_BUSY.
 */
export async function tearDown(planned: PlannedDown, held?: Lock): Promise<Outcome> {
  const { session, name, folder } = planned;
  using _ = held ?? acquireLock(folder.lock, name, session.commandLine);
  const run = await session.reporter.run(downSteps, planned);
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

function reportDown(run: ProvenDown): Record<string, unknown> {
  return {
    environment: run.name,
    target: run.target,
    verdict: judge(run.statements),
    access: run.closure,
    resourcesDeleted: run.resourcesDeleted,
    workarounds: run.detours,
    statements: run.statements,
    leftovers: run.leftovers,
    proof: run.proof,
  };
}

/** DMM_LEFT_OVER naming each leftover, or DMM_TEARDOWN_UNPROVEN naming each statement without an observation. */
function findProblem({ name, statements, leftovers, proof }: ProvenDown): OperatorError | undefined {
  const verdict = judge(statements);
  if (verdict === "nothing is left") return undefined;
  if (verdict === "leftovers were found") {
    const items = leftovers.map(({ kind, what }) => `${kind} ${what}`).join("; ");
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
