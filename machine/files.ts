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
 * Replaces a file in one step, readable by its owner only: a reader sees the old content or the new one, also after a kill.
 * Creates its folder. Throws DMM_MACHINE_DISK_FULL and DMM_MACHINE_FILE_UNUSABLE, as every function here; the file is then
 * as it was.
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  withTemporaryFile(file, content, (temporary) => renameSync(temporary, file));
}

/** Creates a file with all its content in one step; false when it exists already. */
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

/** The entries of a folder; none where there is no folder. */
export function listFolder(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return [];
    throw explainFileError(directory, cause);
  }
}

/** Whether there is anything at a path, be it a broken link. Unlike with `existsSync`, denied access is an error. */
export function isPresent(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw explainFileError(path, cause);
  }
}

/** Creates a folder for its owner only, with those above it. */
export function createFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw explainFileError(directory, cause);
  }
}

/** The operating system's refusal of a file as an error of ours; anything else is returned as it is. */
export function explainFileError(file: string, cause: unknown): unknown {
  const code = errnoOf(cause);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new MachineError("DMM_MACHINE_DISK_FULL", { file }, cause);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return cause;
  const reason = (cause as Error).message.split(",")[0] ?? code;
  return new MachineError("DMM_MACHINE_FILE_UNUSABLE", { file, reason }, cause);
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
