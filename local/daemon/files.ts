import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { explainWriteFailure } from "./errors.ts";

/**
 * Replaces a file atomically: a reader sees the old content or the new, even if the process is killed in between.
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  const temporaryFile = `${file}.${process.pid}.draft`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporaryFile, content, { mode: 0o600 });
    renameSync(temporaryFile, file);
  } catch (cause) {
    rmSync(temporaryFile, { force: true });
    throw explainWriteFailure(file, cause);
  }
}

/** The text of a file, or undefined if it does not exist. */
export function readFileIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

/** An append-only file of JSON lines. A line is written completely or not at all, even on a full disk. */
export class LineFile {
  readonly #file: string;
  readonly #descriptor: number;

  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openForAppending(file);
  }

  append(entry: unknown): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    const before = fstatSync(this.#descriptor).size;
    try {
      const written = writeSync(this.#descriptor, line);
      if (written < line.length) throw Object.assign(new Error("short write"), { code: "ENOSPC" });
    } catch (cause) {
      cutBack(this.#descriptor, before);
      throw explainWriteFailure(this.#file, cause);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Opens an append-only file and creates its folder; only its owner may read it. */
export function openForAppending(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return openSync(file, "a", 0o600);
  } catch (cause) {
    throw explainWriteFailure(file, cause);
  }
}

/** Removes a partial line. If even that fails, the reader skips a line without its end. */
function cutBack(descriptor: number, size: number): void {
  try {
    ftruncateSync(descriptor, size);
  } catch {
    // The error that is thrown names the file.
  }
}

/**
 * The entries of a file of JSON lines. An unterminated last line is left by a kill and skipped; any other invalid
 * line is reported to `broken` with its number.
 */
export function readLines(file: string, broken: (line: number) => void): readonly unknown[] {
  const lines = (readFileIfThere(file) ?? "").split("\n");
  lines.pop();
  const entries: unknown[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    try {
      entries.push(JSON.parse(line));
    } catch {
      broken(index + 1);
    }
  }
  return entries;
}
