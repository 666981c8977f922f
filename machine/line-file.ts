import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { createFolder, explainFileError, readFileIfPresent } from "./files.ts";

/** A file of JSON lines that only grows. A line is written whole or not at all, also on a full disk. */
export class LineFile {
  readonly #file: string;
  readonly #descriptor: number;

  /** Opens or creates the file. Throws DMM_MACHINE_DISK_FULL and DMM_MACHINE_FILE_UNUSABLE, as `append` does. */
  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openForAppending(file);
  }

  append(entry: unknown): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    const before = fstatSync(this.#descriptor).size;
    try {
      const written = writeSync(this.#descriptor, line);
      if (written < line.length) throw Object.assign(new Error("ENOSPC: short write"), { code: "ENOSPC" });
    } catch (cause) {
      truncate(this.#descriptor, before);
      throw explainFileError(this.#file, cause);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Opens an append-only file, and creates its folder; only its owner may read it. Returns the descriptor. */
export function openForAppending(file: string): number {
  createFolder(dirname(file));
  try {
    return openSync(file, "a", 0o600);
  } catch (cause) {
    throw explainFileError(file, cause);
  }
}

/**
 * The entries of a file of JSON lines; empty if it does not exist. An unterminated last line is left by a kill and
 * skipped; the number of any other line that is not JSON is passed to `onInvalid`.
 */
export function readLines(file: string, onInvalid: (line: number) => void = () => {}): readonly unknown[] {
  const lines = (readFileIfPresent(file) ?? "").split("\n");
  lines.pop();
  const entries: unknown[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    try {
      entries.push(JSON.parse(line));
    } catch {
      onInvalid(index + 1);
    }
  }
  return entries;
}

/** Removes a partial line. If even that fails, the reader skips a line without its end. */
function truncate(descriptor: number, size: number): void {
  try {
    ftruncateSync(descriptor, size);
  } catch {
    // Nothing more can be done here; the error that is thrown names the file.
  }
}
