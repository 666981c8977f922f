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

/** Replaces a file in one step, readable by its owner only: whoever reads it sees the old content or the new. */
export function replaceFile(file: string, content: string | Uint8Array): void {
  withTemporaryFile(file, content, (temporaryFile) => renameSync(temporaryFile, file));
}

/** Creates a file with all its content in one step; false when it is there already. */
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

/** The text of a file, or undefined where there is none. */
export function readFileIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw explainFileError(file, cause);
  }
}

/** What is in a folder; nothing where there is none. */
export function listFolder(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw explainFileError(directory, cause);
  }
}

/** Whether there is anything at a path. Unlike `existsSync`, a refused look is an error and not a no. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw explainFileError(path, cause);
  }
}

/** Makes a folder for its owner only, with those above it. */
export function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw explainFileError(directory, cause);
  }
}

/** The operating system's refusal of a file in our words. */
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
