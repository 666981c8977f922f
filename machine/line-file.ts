import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { createFolder, explainFileError, readFileIfPresent } from "./files.ts";

/** A file of JSON lines that only grows, with one writer. A line is written whole or not at all, also on a full disk. */
export class LineFile {
  readonly #file: string;
  #descriptor: number | undefined;
  /** Where a partial line begins that could not be removed. */
  #partial: number | undefined;

  /**
   * Opens or creates the file, and removes a partial last line, which the next entry would continue. Throws
   * DMM_MACHINE_DISK_FULL and DMM_MACHINE_FILE_UNUSABLE, as `append` does.
   */
  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openForAppending(file);
    try {
      this.#partial = findPartialLine(file, this.#descriptor);
      this.#removePartialLine(this.#descriptor);
    } catch (cause) {
      this.close();
      throw explainFileError(file, cause);
    }
  }

  append(entry: unknown): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) throw new Error(`${this.#file} was closed.`);
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      this.#removePartialLine(descriptor);
      this.#partial = fstatSync(descriptor).size;
      const written = writeSync(descriptor, line);
      if (written < line.length) throw Object.assign(new Error("ENOSPC: short write"), { code: "ENOSPC" });
      this.#partial = undefined;
    } catch (cause) {
      this.#tryToRemovePartialLine(descriptor);
      throw explainFileError(this.#file, cause);
    }
  }

  /** May be called again: the descriptor may belong to another file by then. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #removePartialLine(descriptor: number): void {
    if (this.#partial !== undefined && fstatSync(descriptor).size > this.#partial)
      ftruncateSync(descriptor, this.#partial);
    this.#partial = undefined;
  }

  #tryToRemovePartialLine(descriptor: number): void {
    try {
      this.#removePartialLine(descriptor);
    } catch {
      // Repeated before the next entry; until then the reader skips a line without its end.
    }
  }
}

/** Where a last line begins that a killed process did not complete; undefined if there is none. */
function findPartialLine(file: string, descriptor: number): number | undefined {
  if (fstatSync(descriptor).size === 0) return undefined;
  const content = readFileSync(file);
  const end = content.lastIndexOf("\n") + 1;
  return end < content.length ? end : undefined;
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
