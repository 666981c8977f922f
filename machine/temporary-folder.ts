import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive, ownIdentity, readProcess, readProcesses } from "./process.ts";
import { readCommandLine } from "./process-files.ts";

/** `<name>.<pid>-<start time>.new`; in earlier versions `.draft`, some without a start time. */
const named = /\.(\d+)(?:-(\d+))?\.(?:new|draft)$/;

/**
 * A process in another container that shares the disk is not among our processes. Filling a folder takes seconds, so one
 * that is an hour old is abandoned.
 */
const abandonedAfterMs = 3_600_000;

/**
 * Creates an empty folder beside the one that it becomes by a rename once it is complete. Its name has the process that
 * fills it; one at a time for each target.
 */
export function createTemporaryFolder(target: string): string {
  const { pid, startTime } = ownIdentity();
  const folder = `${target}.${pid}-${startTime}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Removes temporary folders that killed processes left behind: old ones that no living process fills. Returns their names. */
export function removeAbandonedFolders(parent: string, now = Date.now()): readonly string[] {
  if (!existsSync(parent)) return [];
  const old = readdirSync(parent).filter(
    (name) =>
      named.test(name) && !isBeingFilled(name) && now - changedAt(join(parent, name)) > abandonedAfterMs,
  );
  if (old.length === 0) return [];
  const writers = readProcesses().map(({ pid }) => readCommandLine(pid).join("\0"));
  // What a killed process started may still write: it has the folder's path among its arguments.
  const removed = old.filter((name) => !writers.some((line) => line.includes(name)));
  for (const name of removed) rmSync(join(parent, name), { recursive: true, force: true });
  return removed;
}

function isBeingFilled(name: string): boolean {
  const [, pid, startTime] = named.exec(name) ?? [];
  if (startTime === undefined) return readProcess(Number(pid)) !== undefined;
  return isAlive({ pid: Number(pid), startTime: Number(startTime) });
}

/** When anything in the folder changed last. A process that has just finished renames its folder meanwhile. */
function changedAt(path: string): number {
  try {
    const within = readdirSync(path).map((name) => statSync(join(path, name)).mtimeMs);
    return Math.max(statSync(path).mtimeMs, ...within);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
