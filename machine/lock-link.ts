import { readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { createFolder, explainFileError, isDiskFull, readFileIfPresent } from "./files.ts";
import type { ProcessIdentity } from "./process.ts";

/** Characters; each takes up to 6 bytes in JSON, and a target may have 1,023 bytes on macOS, 4,095 on Linux. */
const longestCommand = 120;

let links = 0;

/**
 * Creates a lock with all its content atomically; undefined if it already exists, otherwise its content. A lock is
 * a symbolic link whose target is the content, because a link exists with its target or not at all and a short
 * target is stored in the inode: `down`, which frees the space of a full disk, can still acquire its lock there.
 * Throws DMM_MACHINE_DISK_FULL if the file system has no room for a name either.
 */
export function createLockLink(
  file: string,
  holder: ProcessIdentity & { readonly command: string },
): string | undefined {
  createFolder(dirname(file));
  const { pid, startTime } = holder;
  const command = holder.command.slice(0, longestCommand);
  try {
    return link(file, JSON.stringify({ ...holder, command }));
  } catch (cause) {
    if (!isDiskFull(cause)) throw explainFileError(file, cause);
  }
  try {
    // ext4 keeps at most 59 bytes in the inode, XFS and tmpfs more.
    return link(file, JSON.stringify({ pid, startTime }));
  } catch (cause) {
    throw explainFileError(file, cause);
  }
}

/** Replaces a lock in one step; returns its content. */
export function replaceLockLink(
  file: string,
  holder: ProcessIdentity & { readonly command: string },
): string {
  links += 1;
  const next = `${file}.${process.pid}-${links}.link`;
  try {
    rmSync(next, { force: true });
    const content = createLockLink(next, holder);
    if (content === undefined) throw new Error(`${next} was created by another process`);
    renameSync(next, file);
    return content;
  } catch (cause) {
    throw explainFileError(file, cause);
  } finally {
    rmSync(next, { force: true });
  }
}

/** The content of a lock, or undefined where there is none. In an earlier version it was a file. */
export function readLockLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EINVAL") return readFileIfPresent(file);
    if (code === "ENOENT") return undefined;
    throw explainFileError(file, cause);
  }
}

function link(file: string, content: string): string | undefined {
  try {
    symlinkSync(content, file);
    return content;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw cause;
  }
}
