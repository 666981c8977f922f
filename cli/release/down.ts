import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { readProject } from "../engine/configuration.ts";
import { readStackState } from "../engine/state.ts";
import { isThere, readFileIfThere } from "../environment/file.ts";
import type { Lock } from "../environment/lock.ts";
import { claimedBy } from "../environment/network.ts";
import { type EnvironmentRecord, readRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type EnvironmentFolder, environmentFolder, type Home } from "../home.ts";
import { explainFailure } from "../report/failure.ts";
import type { Step } from "../report/reporter.ts";
import type { Outcome, Session } from "../session.ts";
import { closeEntrance } from "./close-entrance.ts";
import { deleteResources } from "./delete-resources.ts";
import type { DownRun } from "./down-run.ts";
import { endRegion, releasedFolder, removeFiles } from "./end-region.ts";
import { lookForLeftOvers, refuseLeftOvers } from "./look.ts";
import { signProof } from "./proof.ts";
import { reachRegion } from "./reach-region.ts";
import { takeOver } from "./take-over.ts";

/** What `down` does, in order: access first, then resources, then a look that believes none of the steps before. */
export const downSteps: readonly Step<DownRun>[] = [
  { title: "take the environment over", run: takeOver },
  { title: "reach the region", run: reachRegion },
  { title: "close the entrance to everybody", run: closeEntrance },
  { title: "delete every resource", run: deleteResources },
  { title: "end the region", run: endRegion },
  { title: "remove every file", run: removeFiles },
  { title: "look for anything left over", run: lookForLeftOvers },
  { title: "sign the proof", run: signProof },
];

/**
 * Gathers whatever still tells about the environment; each piece may be damaged or gone.
 * Throws DMM_ENVIRONMENT_UNKNOWN when there is no trace of it at all, DMM_TARGET_MISMATCH for another target.
 */
export async function createDownRun(session: Session, name: string, lock?: Lock): Promise<DownRun> {
  const { home } = session;
  const folder = environmentFolder(home, name);
  const project = readProject();
  const traces =
    isThere(folder.directory) ||
    isThere(releasedFolder({ session, name })) ||
    claimedBy(home, name) !== undefined ||
    !["absent", "elsewhere"].includes(readStackState(home, project.name, name).kind);
  if (!traces) throw new OperatorError("DMM_ENVIRONMENT_UNKNOWN", { name });
  const record = readUndamaged(home, name);
  if (record && session.target && record.target !== session.target) {
    throw new OperatorError("DMM_TARGET_MISMATCH", { name, actual: record.target, asked: session.target });
  }
  const network = record?.network ?? claimedBy(home, name) ?? readRegionNetwork(folder);
  const outputs = readOutputs(folder);
  return {
    session,
    name,
    folder,
    project,
    target: record?.target ?? session.target ?? "local",
    startedAt: new Date().toISOString(),
    detours: [],
    resourcesDeleted: 0,
    leftOver: [],
    ...(network !== undefined && { network }),
    ...(outputs && { outputs }),
    ...(lock && { lock }),
  } as unknown as DownRun;
}

/** Runs the release and says how it ended: 0, or 5 with everything that is left over. */
export async function release(run: DownRun): Promise<Outcome> {
  const { session, name } = run;
  try {
    await session.reporter.run(downSteps, run);
  } finally {
    run.lock?.release();
  }
  const report = {
    environment: name,
    target: run.target,
    access: run.closure,
    resourcesDeleted: run.resourcesDeleted,
    detours: run.detours,
    leftOver: run.leftOver,
    proof: run.proof,
  };
  const lines = [
    ...run.detours.map((detour) => `Note: ${detour}`),
    `${name} is released; nothing is left over. Proof: ${run.proof}`,
  ];
  try {
    refuseLeftOvers(run);
    return { exitCode: exitCodes.done, report, lines };
  } catch (error) {
    return {
      exitCode: exitCodes.leftOver,
      report,
      lines: lines.slice(0, -1),
      failure: explainFailure(error, session.home),
    };
  }
}

function readUndamaged(home: Home, name: string): EnvironmentRecord | undefined {
  try {
    return readRecord(home, name);
  } catch {
    return undefined;
  }
}

function readOutputs(folder: EnvironmentFolder): PlatformOutputs | undefined {
  try {
    return JSON.parse(readFileSync(folder.outputs, "utf8")) as PlatformOutputs;
  } catch {
    return undefined;
  }
}

/** The network of a region whose record and claim are lost, from its own file. */
function readRegionNetwork(folder: EnvironmentFolder): number | undefined {
  const number = /"network":\s*"127\.(\d+)"/.exec(
    readFileIfThere(join(folder.region, "region.json")) ?? "",
  )?.[1];
  return number === undefined ? undefined : Number(number);
}
