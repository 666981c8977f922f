import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A process, distinguished from any later one with the same pid by its start time in clock ticks since boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: number;
}

/** A process that runs in a folder of ours. */
export interface NeighbourProcess extends ProcessIdentity {
  readonly command: string;
  /** A user's shell or editor has one; processes of dmm-env do not. */
  readonly terminal: boolean;
}

/** Start time from `/proc/<pid>/stat` (proc(5), field 22); undefined when the process is gone or only a zombie. */
export function readStartTime(pid: number): number | undefined {
  return readStat(pid)?.startTime;
}

/** Every process except this one whose working directory is in this folder, even if the folder was removed. */
export function readProcessesIn(directory: string): readonly NeighbourProcess[] {
  const folder = resolveFolder(directory);
  return readLivingProcesses().filter(({ pid }) => pid !== process.pid && worksIn(pid, folder));
}

/** Every running process of this machine. */
export function readLivingProcesses(): readonly NeighbourProcess[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => readStat(Number(pid)))
    .filter((status) => status !== undefined);
}

/** The path as the kernel names it, without symbolic links, even of a folder that was removed. */
export function resolveFolder(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    const parent = dirname(directory);
    return parent === directory ? directory : join(resolveFolder(parent), basename(directory));
  }
}

/** Whether a process is stopped by a signal or a debugger: it exists, and responds to nothing. */
export function isStopped(pid: number): boolean {
  return /^[Tt]$/.test(readStat(pid)?.state ?? "");
}

/** Whether a process runs in a folder; its path is as {@link resolveFolder} returns it. */
export function worksIn(pid: number, folder: string): boolean {
  try {
    return isInside(readlinkSync(`/proc/${pid}/cwd`), folder);
  } catch {
    return false;
  }
}

/** Whether a path from /proc is the folder or in it. The kernel appends " (deleted)" to removed paths. */
export function isInside(path: string | undefined, folder: string): boolean {
  const plain = path?.replace(/ \(deleted\)$/, "");
  return plain === folder || plain?.startsWith(`${folder}/`) === true;
}

function readStat(pid: number): (NeighbourProcess & { readonly state: string }) | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The second field is the program's name in parentheses, which may contain parentheses and spaces itself.
  const end = stat.lastIndexOf(")");
  const fields = stat.slice(end + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  const command = stat.slice(stat.indexOf("(") + 1, end);
  const state = fields[0] ?? "";
  return { pid, command, state, startTime: Number(fields[19]), terminal: fields[4] !== "0" };
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: readStartTime(process.pid) ?? 0 };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return readStartTime(identity.pid) === identity.startTime;
}

/** Waits until the process is gone, up to a time limit; false when it still runs. */
export async function waitUntilGone(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (isAlive(identity)) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return true;
}

/** Sends a signal unless the process is already gone. */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  signalTo(identity, identity.pid, signal);
}

/** Sends a signal to a group leader and its whole group, unless the leader is already gone. */
export function sendGroupSignal(leader: ProcessIdentity, signal: NodeJS.Signals): void {
  signalTo(leader, -leader.pid, signal);
}

function signalTo(identity: ProcessIdentity, receiver: number, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(receiver, signal);
  } catch {
    // It ended between the check and the signal.
  }
}
