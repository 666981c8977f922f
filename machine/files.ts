import {
  type Dirent,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { MachineError } from "./errors.ts";

let temporaryFiles = 0;

/**
 * Replaces a file atomically, readable by its owner only: a reader sees the old content or the new one, even after
 * a kill. Creates its folder. Throws DMM_MACHINE_DISK_FULL and DMM_MACHINE_FILE_UNUSABLE, like every function
 * here; the file is then unchanged.
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  withTemporaryFile(file, content, (temporary) => renameSync(temporary, file));
}

/** Creates a file with all its content atomically; false if it already exists. */
export function createFile(file: string, content: string): boolean {
  return withTemporaryFile(file, content, (temporary) => {
    try {
      linkSync(temporary, file);
      return true;
    } catch (cause) {
      if (errnoOf(cause) === "EEXIST") return false;
      throw cause;
    }
  });
}

/** The text of a file, or undefined where there is none. */
export function readFileIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return undefined;
    throw explainFileError(file, cause);
  }
}

/** The entries of a folder; empty if it does not exist. */
export function listFolder(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return [];
    throw explainFileError(directory, cause);
  }
}

/** Whether a path exists, even as a broken link. Unlike with `existsSync`, denied access is an error. */
export function isPresent(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw explainFileError(path, cause);
  }
}

/** Creates a folder for its owner only, with its parents. */
export function createFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw explainFileError(directory, cause);
  }
}

/** Converts the operating system's file error into one of ours; any other error is returned unchanged. */
export function explainFileError(file: string, cause: unknown): unknown {
  const code = errnoOf(cause);
  if (isDiskFull(cause)) return new MachineError("DMM_MACHINE_DISK_FULL", { file }, cause);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return cause;
  const reason = (cause as Error).message.split(",")[0] ?? code;
  return new MachineError("DMM_MACHINE_FILE_UNUSABLE", { file, reason }, cause);
}

/** Whether an operation failed because the disk or the user's share of it is full. */
export function isDiskFull(cause: unknown): boolean {
  const code = errnoOf(cause);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** The operating system's name of an error, such as `ENOENT`. */
function errnoOf(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException | undefined)?.code;
}

function withTemporaryFile<Result>(
  file: string,
  content: string | Uint8Array,
  place: (temporary: string) => Result,
): Result {
  temporaryFiles += 1;
  const temporary = `${file}.${process.pid}-${temporaryFiles}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, content, { mode: 0o600 });
    return place(temporary);
  } catch (cause) {
    throw explainFileError(file, cause);
  } finally {
    rmSync(temporary, { force: true });
  }
}
