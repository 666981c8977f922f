import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentFolder } from "../home.ts";

/** The log of one component of an environment. */
export interface LogFile {
  /** `engine`, `region`, `haproxy/ingress`, `task/gateway/8f3a…`: without the environment's name. */
  readonly part: string;
  readonly file: string;
}

/**
 * Every log of the environment: of the command line's own engine runs, of the region, and of each of its
 * processes.
 */
export function findLogs(folder: EnvironmentFolder, environment: string): readonly LogFile[] {
  const found: LogFile[] = [];
  for (const directory of [folder.logs, join(folder.region, "logs")]) {
    for (const name of globSync("**/*.log", { cwd: directory }).sort()) {
      const part = name.slice(0, -".log".length).replaceAll(`/${environment}-`, "/");
      found.push({ part, file: join(directory, name) });
    }
  }
  return found;
}

/** The logs of that name; if there is none, those with that prefix: `task/gateway` is all tasks of the gateway. */
export function selectLogs(all: readonly LogFile[], part: string | undefined): readonly LogFile[] {
  if (part === undefined) return all;
  const exact = all.filter((log) => log.part === part);
  return exact.length > 0 ? exact : all.filter((log) => log.part.startsWith(part));
}

/** The end of a log. */
export interface LogTail extends LogFile {
  readonly lines: readonly string[];
  /** Bytes of the file up to the end of the last complete line. */
  readonly size: number;
}

/** The last complete lines of a log; empty if it was removed meanwhile. */
export function readTail(log: LogFile, count: number): LogTail {
  const content = readIfThere(log.file);
  const size = content.lastIndexOf("\n") + 1;
  const lines = content
    .toString("utf8", 0, size)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return { ...log, lines: count === 0 ? [] : lines.slice(-count), size };
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
