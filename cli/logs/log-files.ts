import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentFolder } from "../home.ts";

/** The log of one part of an environment. */
export interface LogFile {
  /** `engine`, `region`, `haproxy/entrance`, `task/gateway/8f3a…`. */
  readonly part: string;
  readonly file: string;
}

/** Every log of the environment: of the command line's own engine runs, of the region, and of each of its processes. */
export function findLogs(folder: EnvironmentFolder): readonly LogFile[] {
  const found: LogFile[] = [];
  for (const directory of [folder.logs, join(folder.region, "logs")]) {
    for (const name of globSync("**/*.log", { cwd: directory }).sort()) {
      found.push({ part: name.slice(0, -".log".length), file: join(directory, name) });
    }
  }
  return found;
}

/** The last lines of a file. */
export function readTail(file: string, count: number): readonly string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return count === 0 ? [] : lines.slice(-count);
}
