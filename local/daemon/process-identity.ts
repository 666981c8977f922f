import { readdirSync, readFileSync } from "node:fs";

/** A process, distinguished from any later one with the same pid by its start time in clock ticks since boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: number;
}

/** The kernel's data about one process; see proc(5), `/proc/pid/stat`. */
export interface ProcessStatus extends ProcessIdentity {
  readonly state: string;
  readonly parent: number;
  readonly session: number;
}

/** Ticks per second in `/proc`; 100 on every Linux that Node supports. */
const ticksPerSecond = 100;

/** Reads one process; undefined when it is gone. A zombie counts as gone: it has only its pid left. */
export function readProcess(pid: number): ProcessStatus | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The second field is the program's name in parentheses, which may contain parentheses and spaces itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0] ?? "";
  if (state === "Z" || state === "X") return undefined;
  return {
    pid,
    state,
    parent: Number(fields[1]),
    session: Number(fields[3]),
    startTime: Number(fields[19]),
  };
}

/** Every running process that this user may inspect. */
export function readProcesses(): readonly ProcessStatus[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((status) => status !== undefined);
}

export function isAlive(identity: ProcessIdentity): boolean {
  return readProcess(identity.pid)?.startTime === identity.startTime;
}

/** Start time of a process. */
export function readBeginning(identity: ProcessIdentity): Date {
  const boot = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "latin1"))?.[1];
  return new Date((Number(boot) + identity.startTime / ticksPerSecond) * 1000);
}

/** Sends a signal to a process, or with a negative pid to its group; false when it is already gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Waits until all of the processes have ended, up to a time limit; returns those still running. */
export async function waitUntilGone(
  processes: readonly ProcessIdentity[],
  withinMs: number,
): Promise<readonly ProcessIdentity[]> {
  const until = performance.now() + withinMs;
  let living = processes.filter(isAlive);
  while (living.length > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    living = living.filter(isAlive);
  }
  return living;
}
