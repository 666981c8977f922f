import { endAbandonedEngine, removeDeadLocks } from "../engine/locks.ts";
import { readStackState, removeCutDescriptions } from "../engine/state.ts";
import { type EnvironmentRecord, readRecord, writeRecord } from "../environment/record.ts";
import type { Progress } from "../report/steps.ts";
import type { PlannedDown, TakenDown } from "./down-stages.ts";

/** Ends what an earlier command left running, and records that the environment is being torn down. */
export async function takeOver(run: PlannedDown, progress: Progress): Promise<TakenDown> {
  const { session, folder, name } = run;
  if (await endAbandonedEngine(folder)) {
    run.detours.push("An engine left behind by an interrupted run was ended.");
    progress("ended a leftover engine");
  }
  removeDeadLocks(session.home, run.project.name, name);
  removeCutDescriptions(session.home, run.project.name, name);
  return { ...run, deletion: recordTeardown(run) };
}

/** How the resources were deleted, by the record. */
function recordTeardown(run: PlannedDown): string | undefined {
  const { home } = run.session;
  let deletion: string | undefined;
  try {
    const record = readRecord(home, run.name);
    if (record === undefined) return undefined;
    deletion = record.deletion ?? (isUnmade(run, record) ? "no resource had been created" : undefined);
    writeRecord(home, { ...record, stage: "tearing-down", ...(deletion && { deletion }) });
  } catch {
    // A damaged record is a recorded deviation already; on a full disk the teardown continues and frees space.
  }
  return deletion;
}

/** The stack is created before the first resource. */
function isUnmade({ session, project, name }: PlannedDown, record: EnvironmentRecord): boolean {
  if (record.stage !== "creating") return false;
  return (
    record.stack === "not requested" || readStackState(session.home, project.name, name).kind === "absent"
  );
}
