import { closeSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { LogFile } from "./log-files.ts";

const everyMs = 200;

export interface Following {
  /** The current logs: a task that replaces another has a new log. */
  readonly find: () => readonly LogFile[];
  /** Bytes already shown, by file; a log that is not named is shown from its start. */
  readonly shown: ReadonlyMap<string, number>;
  readonly signal: AbortSignal;
  readonly onLine: (part: string, line: string) => Promise<void>;
}

/**
 * Emits each complete line that is added to the logs, until the signal. A truncated log is read from its start
 * again.
 */
export async function follow({ find, shown, signal, onLine }: Following): Promise<void> {
  const offsets = new Map(shown);
  while (!signal.aborted) {
    for (const { part, file } of find()) {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      const known = offsets.get(file) ?? 0;
      const start = size < known ? 0 : known;
      const { lines, end } = readLines(file, start, size);
      offsets.set(file, end);
      for (const line of lines) await onLine(part, line);
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The complete lines of a range of bytes, and where the last of them ends. */
function readLines(file: string, start: number, size: number): { lines: readonly string[]; end: number } {
  if (size === start) return { lines: [], end: start };
  const content = readRange(file, start, size);
  const length = content.lastIndexOf("\n") + 1;
  return { lines: content.toString("utf8", 0, length).split("\n").slice(0, -1), end: start + length };
}

function readRange(file: string, start: number, end: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    // Removed after it was found.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  try {
    const buffer = Buffer.alloc(end - start);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, start));
  } finally {
    closeSync(descriptor);
  }
}
