import { join } from "node:path";
import { pulumiRoot } from "../../tools/parts.ts";
import { requireAwsIdentity } from "../access/aws-identity.ts";
import { useBackend } from "../engine/backend.ts";
import { checkBackend } from "../engine/check-backend.ts";
import { checkConfiguration, isNetworkAllowed, type Project, readProject } from "../engine/configuration.ts";
import { requireSpace } from "../environment/disk.ts";
import { networkNumbers } from "../environment/network.ts";
import type { Origin } from "../environment/origin.ts";
import { type EnvironmentRecord, originOf } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { environmentFolder } from "../home.ts";
import { explainFailure } from "../report/failure.ts";
import type { Step } from "../report/reporter.ts";
import type { Outcome, Session } from "../session.ts";
import { ensureParts } from "../setup/ensure-parts.ts";
import { createDownRun, tearDown } from "../teardown/down.ts";
import { endGrants } from "./end-grants.ts";
import { makeRegion } from "./make-region.ts";
import { makeResources } from "./make-resources.ts";
import { proveServing } from "./prove-serving.ts";
import { checkRequest, overridesOf, planRecord, reserveEnvironment } from "./reserve.ts";
import type { UpRequest, UpRun } from "./up-run.ts";

/** The steps of `up`, in order. */
export const upSteps: readonly Step<UpRun>[] = [
  { title: "reserve name, network and keys", run: reserveEnvironment },
  { title: "start the region", run: makeRegion },
  { title: "create resources", run: makeResources },
  { title: "limit grants to the environment's lifetime", run: endGrants },
  { title: "serve an authorised request", run: proveServing },
];

/**
 * Checks the prerequisites of the run before anything is changed: the configuration, the request, the machine's
 * tools, the backend.
 */
export async function makeUpRun(session: Session, request: UpRequest): Promise<UpRun> {
  const project = readProject();
  const earlier = checkRequest(session, request);
  const planned = planOrigin(session, project, earlier);
  checkPlan({ origin: planned, request, project }, earlier);
  if (planned.target === "local" && earlier === undefined) requireSpace(session.home);
  const origin = await confirmOrigin(request.name, planned);
  const parts = await ensureParts(session.reporter, { signal: session.interruption.first });
  const folder = environmentFolder(session.home, request.name);
  const own = useBackend(session, request.name, origin.backend);
  await checkBackend(own, request.name, join(pulumiRoot(parts), "bin", "pulumi"));
  return { session: own, request, project, parts, origin, folder } as UpRun;
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
function checkPlan(run: Pick<UpRun, "origin" | "request" | "project">, earlier?: EnvironmentRecord): void {
  const network = earlier?.network ?? networkNumbers.find((number) => isNetworkAllowed(run.project, number));
  checkConfiguration(overridesOf(planRecord(run, earlier, network ?? networkNumbers[0]!), run.project));
}

/** Ctrl-C during `up`: tears down what this run has created; an environment that was up before is unchanged. */
export async function teardownInterrupted(run: UpRun): Promise<Outcome> {
  const { session, request, record } = run;
  if (record === undefined)
    return interrupted(run, "nothing was changed.", `Start again: dmm-env up ${request.name}`);
  if (run.wasUp) {
    return interrupted(
      run,
      "the update was stopped; the environment is still up.",
      `Finish it: dmm-env up ${request.name}`,
    );
  }
  const teardown = await tearDown(await createDownRun(session, request.name, run.lock));
  if (teardown.exitCode !== exitCodes.done) return teardown;
  return interrupted(run, `"${request.name}" was torn down.`, `Start again: dmm-env up ${request.name}`);
}

function interrupted({ session, request }: UpRun, outcome: string, next: string): Outcome {
  const failure = explainFailure(new OperatorError("DMM_INTERRUPTED", { outcome, next }), session.home);
  return { exitCode: exitCodes.interrupted, report: { environment: request.name }, lines: [], failure };
}
