import { closeSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { LogFile } from "./log-files.ts";

/** Hands on each line that is added to the logs, until the signal. A log that is cut or gone is read from its start again. */
export async function follow(
  logs: readonly LogFile[],
  signal: AbortSignal,
  onLine: (part: string, line: string) => void,
): Promise<void> {
  const readers = logs.map((log) => ({ ...log, offset: sizeOf(log.file), rest: "" }));
  while (!signal.aborted) {
    for (const reader of readers) {
      const size = sizeOf(reader.file);
      if (size < reader.offset) reader.offset = 0;
      if (size === reader.offset) continue;
      const lines = (reader.rest + readRange(reader.file, reader.offset, size)).split("\n");
      reader.offset = size;
      reader.rest = lines.pop() ?? "";
      for (const line of lines) onLine(reader.part, line);
    }
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readRange(file: string, start: number, end: number): string {
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(end - start);
    return buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, buffer.length, start));
  } finally {
    closeSync(descriptor);
  }
}
