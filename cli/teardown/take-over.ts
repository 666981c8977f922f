import { endAbandonedEngine, removeDeadLocks } from "../engine/locks.ts";
import { readStackState, removeCutDescriptions } from "../engine/state.ts";
import { acquireLock } from "../environment/lock.ts";
import { type EnvironmentRecord, readRecord, writeRecord } from "../environment/record.ts";
import type { Progress } from "../report/reporter.ts";
import type { DownRun } from "./down-run.ts";

/** Takes the environment over from its last holder, dead or finished, and marks it as being torn down. */
export async function takeOver(run: DownRun, progress: Progress): Promise<void> {
  const { session, folder, name } = run;
  run.lock ??= acquireLock(folder.lock, name, session.commandLine);
  if (await endAbandonedEngine(folder)) {
    run.detours.push("An engine left behind by an interrupted run was ended.");
    progress("ended a leftover engine");
  }
  removeDeadLocks(session.home, run.project.name, name);
  removeCutDescriptions(session.home, run.project.name, name);
  try {
    const record = readRecord(session.home, name);
    if (record === undefined) return;
    const deletion = record.deletion ?? (isUnmade(run, record) ? "no resource had been created" : undefined);
    if (deletion !== undefined) run.deletion = deletion;
    writeRecord(session.home, { ...record, stage: "tearing-down", ...(deletion && { deletion }) });
  } catch {
    // A damaged record is a recorded deviation already; on a full disk the teardown continues and frees space.
  }
}

/** The stack is created before the first resource. */
function isUnmade({ session, project, name }: DownRun, record: EnvironmentRecord): boolean {
  if (record.stage !== "creating") return false;
  return (
    record.stack === "not requested" || readStackState(session.home, project.name, name).kind === "absent"
  );
}
