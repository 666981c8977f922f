import { readdirSync, readFileSync } from "node:fs";

/** A process, distinguished from any later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot. Without /proc it is 0, and the pid alone identifies the process. */
  readonly startTime: number;
}

/** The kernel's data about one running process; proc(5), `/proc/pid/stat`. */
export interface ProcessStatus extends ProcessIdentity {
  /** Name of the program, at most 15 characters. */
  readonly command: string;
  /** One letter; `T` and `t` are stopped. */
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  /** Whether it has a controlling terminal: a shell or an editor does, processes of dmm-env do not. */
  readonly terminal: boolean;
}

/** Ticks per second in /proc; 100 on every Linux that Node supports. */
const ticksPerSecond = 100;

/**
 * The current status of a process; undefined when it has ended. A zombie counts as ended: it has only its pid
 * left.
 */
export function readProcess(pid: number): ProcessStatus | undefined {
  if (process.platform !== "linux") return readWithoutProc(pid);
  const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  return stat === undefined ? undefined : parseStat(pid, stat);
}

/** The process has ended, or is another user's. */
const absent: ReadonlySet<string | undefined> = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM"]);

/**
 * What /proc says about a process or a table; undefined only if it is not there or another user's. Any other error is
 * thrown, such as EMFILE: it would otherwise pass for the end of a process.
 */
export function ifThere<Content>(read: () => Content): Content | undefined {
  try {
    return read();
  } catch (cause) {
    if (absent.has((cause as NodeJS.ErrnoException).code)) return undefined;
    throw cause;
  }
}

/** Parses a line of `/proc/pid/stat`; undefined for a zombie. */
export function parseStat(pid: number, stat: string): ProcessStatus | undefined {
  // The second field is the program's name in parentheses, which may contain parentheses and spaces itself.
  const end = stat.lastIndexOf(")");
  // The fields from the third one on, which is the state.
  const fields = stat.slice(end + 2).split(" ");
  const [state = "", parent, , session, terminal] = fields;
  if (state === "Z" || state === "X") return undefined;
  return {
    pid,
    command: stat.slice(stat.indexOf("(") + 1, end),
    state,
    parent: Number(parent),
    session: Number(session),
    terminal: terminal !== "0",
    startTime: Number(fields[19]),
  };
}

/** Every running process of this machine that this user may inspect. */
export function readProcesses(): readonly ProcessStatus[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((status) => status !== undefined);
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: readProcess(process.pid)?.startTime ?? 0 };
}

/** Whether this very process is running; a later one with its pid is a different process. */
export function isAlive(identity: ProcessIdentity): boolean {
  return readProcess(identity.pid)?.startTime === identity.startTime;
}

/** Whether a process is stopped by a signal or a debugger: it exists, and does not respond. */
export function isStopped(pid: number): boolean {
  return /^[Tt]$/.test(readProcess(pid)?.state ?? "");
}

/** Start time of a process. */
export function readStartDate(identity: ProcessIdentity): Date {
  const boot = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "latin1"))?.[1];
  return new Date((Number(boot) + identity.startTime / ticksPerSecond) * 1000);
}

function readWithoutProc(pid: number): ProcessStatus | undefined {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    // EPERM: it exists and is another user's.
    if ((cause as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  return { pid, startTime: 0, command: "", state: "", parent: 0, session: 0, terminal: true };
}
