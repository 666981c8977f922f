import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, type Stats } from "node:fs";
import { join } from "node:path";
import { isAlive, ownIdentity, readProcess, readProcesses } from "./process.ts";
import { readCommandLine } from "./process-files.ts";

/**
 * `<name>.<pid>-<start time>.new`; in earlier versions `.draft`, some without a start time. A temporary file of `replaceFile`
 * has a counter instead of the start time.
 */
const named = /\.(\d+)(?:-(\d+))?\.(?:new|draft)$/;

/**
 * A process in another container that shares the disk is not visible here. Filling a folder takes seconds, so one
 * that is an hour old is abandoned.
 */
const abandonedAfterMs = 3_600_000;

/**
 * Creates an empty folder beside its target, to which it is renamed once it is complete. Its name identifies the
 * process that fills it; one at a time for each target.
 */
export function createTemporaryFolder(target: string): string {
  const { pid, startTime } = ownIdentity();
  const folder = `${target}.${pid}-${startTime}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/**
 * Removes temporary folders and files of killed processes: old ones that no running process fills. Returns their
 * names.
 */
export function removeAbandoned(parent: string, now = Date.now()): readonly string[] {
  if (!existsSync(parent)) return [];
  const old = readdirSync(parent).filter((name) => named.test(name) && isAbandoned(parent, name, now));
  if (old.length === 0) return [];
  const writers = readProcesses().map(({ pid }) => readCommandLine(pid).join("\0"));
  // Children of a killed process may still write: they have the folder's path among their arguments.
  const removed = old.filter((name) => !writers.some((line) => line.includes(name)));
  for (const name of removed) rmSync(join(parent, name), { recursive: true, force: true });
  return removed;
}

function isAbandoned(parent: string, name: string, now: number): boolean {
  const path = join(parent, name);
  try {
    const status = lstatSync(path);
    return !isBeingFilled(name, status) && now - changedAt(path, status) > abandonedAfterMs;
  } catch {
    // A process that has just finished has renamed it.
    return false;
  }
}

function isBeingFilled(name: string, status: Stats): boolean {
  const [, pid, startTime] = named.exec(name) ?? [];
  if (startTime === undefined || !status.isDirectory()) return readProcess(Number(pid)) !== undefined;
  return isAlive({ pid: Number(pid), startTime: Number(startTime) });
}

/** Time of the last change of a file or in a folder, whose links may be broken. */
function changedAt(path: string, status: Stats): number {
  const within = status.isDirectory() ? readdirSync(path) : [];
  return Math.max(status.mtimeMs, ...within.map((name) => lstatSync(join(path, name)).mtimeMs));
}
