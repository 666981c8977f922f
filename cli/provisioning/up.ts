import { join } from "node:path";
import { createFolder } from "../../machine/files.ts";
import { pulumiRoot } from "../../tools/resolve-tools.ts";
import { requireAwsIdentity } from "../access/aws-identity.ts";
import { useBackend } from "../engine/backend.ts";
import { checkBackend } from "../engine/check-backend.ts";
import { checkConfiguration, isNetworkAllowed, type Project, readProject } from "../engine/configuration.ts";
import { readStackState } from "../engine/state.ts";
import type { Origin } from "../environment/creation-choices.ts";
import { requireSpace } from "../environment/disk.ts";
import { acquireLock } from "../environment/lock.ts";
import { networkNumbers } from "../environment/network.ts";
import { type EnvironmentRecord, originOf } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { environmentFolder } from "../home.ts";
import { readRegionAddress } from "../region/address.ts";
import { explainFailure } from "../report/failure.ts";
import { startWith } from "../report/steps.ts";
import type { Outcome, Session } from "../session.ts";
import { ensureTools } from "../setup/ensure-tools.ts";
import { planDown, tearDown } from "../teardown/down.ts";
import { createResources } from "./create-resources.ts";
import { endGrants } from "./end-grants.ts";
import { proveServing } from "./prove-serving.ts";
import { provideRegion } from "./provide-region.ts";
import { checkRequest, overridesOf, planRecord, reserveEnvironment } from "./reserve-environment.ts";
import type { LockedUp, PlannedUp, UpRequest } from "./up-stages.ts";

/** The steps of `up`, in order. */
export const upSteps = startWith<LockedUp>()
  .step("reserve name, network and keys", reserveEnvironment)
  .step("start the region", provideRegion)
  .step("create resources", createResources)
  .step("limit grants to the environment's lifetime", endGrants)
  .step("serve an authorised request", proveServing);

/** Checks what the run needs before anything is changed: the configuration, the request, the machine's tools, the backend. */
export async function planUp(session: Session, request: UpRequest): Promise<PlannedUp> {
  const project = readProject();
  const earlier = checkRequest(session, request);
  const planned = planOrigin(session, project, earlier);
  checkPlan({ origin: planned, request, project }, earlier);
  if (planned.target === "local" && earlier === undefined) requireSpace(session.home);
  const origin = await confirmOrigin(request.name, planned);
  const tools = await ensureTools(session.reporter, { signal: session.interruption.first });
  const folder = environmentFolder(session.home, request.name);
  const own = useBackend(session, request.name, origin.backend);
  await checkBackend(own, request.name, join(pulumiRoot(tools), "bin", "pulumi"));
  return { session: own, request, project, tools, origin, folder };
}

/**
 * Takes the environment's lock and checks the request again, because another command may have changed the environment
 * meanwhile. Throws DMM_ENVIRONMENT_BUSY and what `checkRequest` throws.
 */
export function lockUp(planned: PlannedUp): LockedUp {
  const { session, request, folder } = planned;
  createFolder(folder.directory);
  const lock = acquireLock(folder.lock, request.name, session.commandLine);
  try {
    const earlier = checkRequest(session, request);
    requireSameOrigin(request.name, earlier && originOf(earlier), planned.origin);
    const wasUp = earlier === undefined ? servesWithoutRecord(planned) : earlier.stage === "up";
    return { ...planned, lock, earlier, wasUp };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The plan was made before the lock: its backend and account must still be the environment's. Throws DMM_ENVIRONMENT_CHANGED. */
export function requireSameOrigin(name: string, found: Origin | undefined, planned: Origin): void {
  const keys = ["backend", "region", "account"] as const;
  const changed = keys.find((key) => found?.[key] !== undefined && found[key] !== planned[key]);
  if (changed === undefined) return;
  const [there, here] = [`${changed} ${found?.[changed]}`, `${changed} ${planned[changed] ?? "none"}`];
  throw new OperatorError("DMM_ENVIRONMENT_CHANGED", { name, found: there, planned: here });
}

/** An environment that serves without a record was not created by this run. */
function servesWithoutRecord({ session, folder, project, request }: PlannedUp): boolean {
  const state = readStackState(session.home, project.name, request.name);
  return readRegionAddress(folder.region) !== undefined || (state.kind === "present" && state.resources > 1);
}

/** The origin of a new environment, or the existing one. */
function planOrigin(
  { target = "local", home }: Session,
  project: Project,
  earlier: EnvironmentRecord | undefined,
): Origin {
  const stored = earlier && originOf(earlier);
  return stored ?? { target: earlier?.target ?? target, backend: home.backend, region: project.region };
}

/** On AWS the credentials are checked before anything is changed, and their account is part of the origin. */
async function confirmOrigin(name: string, origin: Origin): Promise<Origin> {
  if (origin.target === "local") return origin;
  const { account } = await requireAwsIdentity(origin.region, { name, ...origin });
  return { ...origin, account };
}

/** The configuration with the first allowed network: the real one is known only under the lock. */
function checkPlan(
  run: Pick<PlannedUp, "origin" | "request" | "project">,
  earlier?: EnvironmentRecord,
): void {
  const network = earlier?.network ?? networkNumbers.find((number) => isNetworkAllowed(run.project, number));
  checkConfiguration(overridesOf(planRecord(run, earlier, network ?? networkNumbers[0]!), run.project));
}

/** Ctrl-C during `up`: tears down what this run has created; an environment that was up before is unchanged. */
export async function tearDownInterrupted(run: LockedUp): Promise<Outcome> {
  const { session, request } = run;
  if (run.wasUp) {
    return interrupted(
      run,
      "the update was stopped; the environment is still up.",
      `Finish it: dmm-env up ${request.name}`,
    );
  }
  const teardown = await tearDown(await planDown(session, request.name), run.lock);
  if (teardown.exitCode !== exitCodes.done) return teardown;
  return interrupted(run, `"${request.name}" was torn down.`, `Start again: dmm-env up ${request.name}`);
}

function interrupted({ session, request }: PlannedUp, outcome: string, next: string): Outcome {
  const failure = explainFailure(new OperatorError("DMM_INTERRUPTED", { outcome, next }), session.home);
  return { exitCode: exitCodes.interrupted, report: { environment: request.name }, lines: [], failure };
}
