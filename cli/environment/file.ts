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
import { OperatorError } from "../errors.ts";

let temporaryFiles = 0;

/** Replaces a file atomically, readable by its owner only: a reader sees the old content or the new. */
export function replaceFile(file: string, content: string | Uint8Array): void {
  withTemporaryFile(file, content, (temporaryFile) => renameSync(temporaryFile, file));
}

/** Creates a file with all its content atomically; false if it already exists. */
export function createFile(file: string, content: string): boolean {
  return withTemporaryFile(file, content, (temporaryFile) => {
    try {
      linkSync(temporaryFile, file);
      return true;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw cause;
    }
  });
}

/** The text of a file, or undefined if it does not exist. */
export function readFileIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw explainFileError(file, cause);
  }
}

/** Names in a folder; empty if it does not exist. */
export function listFolder(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw explainFileError(directory, cause);
  }
}

/** Whether a path exists. Unlike `existsSync`, a denied access is an error and not false. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw explainFileError(path, cause);
  }
}

/** Creates a folder for its owner only, with its parents. */
export function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw explainFileError(directory, cause);
  }
}

/** Converts the operating system's file error into one of ours. */
export function explainFileError(file: string, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return new OperatorError("DMM_DISK_FULL", { file }, cause);
  if (code !== undefined && /^E[A-Z]+$/.test(code)) {
    return new OperatorError("DMM_FILE_UNUSABLE", { file, reason: message.split(",")[0] ?? code }, cause);
  }
  return cause;
}

function withTemporaryFile<Result>(
  file: string,
  content: string | Uint8Array,
  place: (temporaryFile: string) => Result,
): Result {
  temporaryFiles += 1;
  const temporaryFile = `${file}.${process.pid}-${temporaryFiles}.draft`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporaryFile, content, { mode: 0o600 });
    return place(temporaryFile);
  } catch (cause) {
    throw explainFileError(file, cause);
  } finally {
    rmSync(temporaryFile, { force: true });
  }
}
