import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "./errors.ts";

/** The process that obtains tools, distinguished from a later one with the same pid by its start time. */
export interface Holder {
  readonly pid: number;
  readonly startTime: string;
  /** ISO 8601. */
  readonly since: string;
}

const lookAgainMs = 250;

/**
 * Acquires the set-up lock, waiting while a running process has it; `onWait` is called once for each holder. A
 * lock whose process is gone is taken over. Returns the function that releases it.
 */
export async function takeSetupLock(options: {
  readonly file: string;
  readonly onWait: (holder: Holder) => void;
  readonly signal?: AbortSignal;
}): Promise<() => void> {
  const { file, signal } = options;
  const own: Holder = {
    pid: process.pid,
    startTime: (await readStartTime(process.pid)) ?? "",
    since: new Date().toISOString(),
  };
  const text = JSON.stringify(own);
  const aside = `${file}.${process.pid}`;
  try {
    writeFileSync(aside, text);
  } catch (error) {
    throw new ToolError("DMM_TOOLS_READONLY", { folder: file, reason: error }, error);
  }
  try {
    let told = "";
    while (!linkedTo(aside, file)) {
      const held = readIfThere(file);
      if (held === undefined) continue;
      const holder = parseHolder(held);
      if (holder === undefined || (await readStartTime(holder.pid)) !== holder.startTime) {
        removeAbandoned(file, held);
        continue;
      }
      if (told !== held) options.onWait(holder);
      told = held;
      signal?.throwIfAborted();
      await sleep(lookAgainMs);
    }
  } finally {
    rmSync(aside, { force: true });
  }
  return () => {
    if (readIfThere(file) === text) rmSync(file, { force: true });
  };
}

/** A link appears with its whole content or not at all; creating a file and writing it are two steps. */
function linkedTo(aside: string, file: string): boolean {
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw new ToolError("DMM_TOOLS_READONLY", { folder: file, reason: error }, error);
  }
}

/** Moves it away before removing it: the moved lock is checked again, and restored if it is another's. */
function removeAbandoned(file: string, held: string): void {
  const away = `${file}.abandoned.${process.pid}`;
  try {
    renameSync(file, away);
  } catch {
    return; // Another process was faster.
  }
  if (readIfThere(away) !== held) {
    try {
      linkSync(away, file);
    } catch {
      // Another process took the lock in between; two concurrent set-ups only do the same work twice.
    }
  }
  rmSync(away, { force: true });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    return typeof value.pid === "number" && typeof value.startTime === "string"
      ? (value as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Field 22 of proc(5); undefined for a process that is gone or a zombie. Without /proc, the output of ps. */
async function readStartTime(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") {
    try {
      const { execa } = await import("execa");
      const { stdout } = await execa("ps", ["-o", "lstart=", "-p", String(pid)], { cleanup: false });
      return stdout.trim() || undefined;
    } catch {
      return undefined;
    }
  }
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, which may contain parentheses and spaces itself.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined || fields[0] === "Z" ? undefined : fields[19];
}
