import {
  type ProcessIdentity,
  type ProcessStatus,
  readProcess,
  readProcesses,
} from "../../machine/process.ts";
import { readEnvironment, readWorkingDirectory } from "../../machine/process-files.ts";
import { endProcesses } from "../../machine/signals.ts";
import { readLedger } from "./ledger.ts";

export interface Stray {
  readonly pid: number;
  readonly name: string;
}

const termMs = 700;
const killMs = 3000;

/** The region's own name in its ledger. */
export const regionName = "region";

/**
 * Running processes that a region's ledger names: each recorded one by pid and start time, processes left in its
 * session, and, if a kill fell between start and record, those in that process's own folder.
 */
export function findStrays(directory: string): readonly (Stray & { readonly status: ProcessStatus })[] {
  const entries = readLedger(directory);
  if (entries.length === 0) return [];
  const found = new Map<number, Stray & { readonly status: ProcessStatus }>();
  for (const status of readProcesses()) {
    if (status.pid === process.pid) continue;
    const entry = entries.find(({ process: recorded, directory: folder }) => {
      if (!recorded) return livesIn(status.pid, folder);
      if (status.pid === recorded.pid) return status.startTime === recorded.startTime;
      // A session keeps its number reserved while it has members, so a younger member can only be a descendant.
      return (
        status.session === recorded.pid && status.startTime >= recorded.startTime && !isTakenOver(recorded)
      );
    });
    if (entry) found.set(status.pid, { pid: status.pid, name: entry.name, status });
  }
  return [...found.values()];
}

/** Ends every stray: the region first, so that it restarts nothing, then the rest. Returns what was ended. */
export async function endStrays(directory: string): Promise<readonly Stray[]> {
  const ended = new Map<number, Stray>();
  await endAll(
    findStrays(directory).filter((stray) => stray.name === regionName),
    ended,
    4000,
  );
  await endAll(findStrays(directory), ended, termMs);
  return [...ended.values()];
}

async function endAll(
  strays: readonly (Stray & { readonly status: ProcessStatus })[],
  ended: Map<number, Stray>,
  patienceMs: number,
): Promise<void> {
  await endProcesses(
    strays.map((stray) => stray.status),
    [
      ["SIGTERM", patienceMs],
      ["SIGKILL", killMs],
    ],
  );
  for (const { pid, name } of strays) ended.set(pid, { pid, name });
}

/** True when the recorded number now belongs to a process that began later. */
function isTakenOver(recorded: ProcessIdentity): boolean {
  const status = readProcess(recorded.pid);
  return status !== undefined && status.startTime !== recorded.startTime;
}

function livesIn(pid: number, folder: string): boolean {
  return readWorkingDirectory(pid) === folder || readEnvironment(pid).includes(`HOME=${folder}`);
}
