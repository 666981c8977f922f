import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ifThere, type ProcessStatus, readProcesses } from "./process.ts";

/** Working directory of a process; undefined where it has ended or is another user's. */
export function readWorkingDirectory(pid: number): string | undefined {
  return readLink(`/proc/${pid}/cwd`);
}

/** Open files of a process, by descriptor number; empty if it has ended or is another user's. */
export function readOpenFiles(pid: number): ReadonlyMap<string, string> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = ifThere(() => readdirSync(folder)) ?? [];
  const open = descriptors.map((name) => [name, readLink(join(folder, name))] as const);
  // A descriptor may be closed between the two calls.
  return new Map(open.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Arguments of a process, the program first; empty where it has ended. */
export function readCommandLine(pid: number): readonly string[] {
  return readStrings(`/proc/${pid}/cmdline`);
}

/** Environment that a process was started with, as `NAME=value`; empty where it has ended or is another user's. */
export function readEnvironment(pid: number): readonly string[] {
  return readStrings(`/proc/${pid}/environ`);
}

/** Whether a process runs as this user. */
export function isOwnUser(pid: number): boolean {
  return ifThere(() => statSync(`/proc/${pid}`).uid) === process.getuid?.();
}

/** Every process except this one whose working directory is in a folder, even if the folder was removed. */
export function readProcessesIn(directory: string): readonly ProcessStatus[] {
  const folder = resolveFolder(directory);
  return readProcesses().filter(({ pid }) => pid !== process.pid && worksIn(pid, folder));
}

/** Whether a process runs in a folder; its path is as {@link resolveFolder} returns it. */
export function worksIn(pid: number, folder: string): boolean {
  return isInside(readWorkingDirectory(pid), folder);
}

/** Whether a path from /proc is the folder or in it. The kernel appends " (deleted)" to the path of what was removed. */
export function isInside(path: string | undefined, folder: string): boolean {
  const plain = path?.replace(/ \(deleted\)$/, "");
  return plain === folder || plain?.startsWith(`${folder}/`) === true;
}

/** The path as the kernel names it, without symbolic links, also of a folder that was removed. */
export function resolveFolder(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    const parent = dirname(directory);
    return parent === directory ? directory : join(resolveFolder(parent), basename(directory));
  }
}

function readLink(path: string): string | undefined {
  return ifThere(() => readlinkSync(path));
}

function readStrings(file: string): readonly string[] {
  return (ifThere(() => readFileSync(file, "latin1")) ?? "").split("\0").slice(0, -1);
}
