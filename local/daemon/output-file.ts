import { closeSync, copyFileSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import { openForAppending } from "../../machine/line-file.ts";

/** A verbose process must not fill the disk: at most this much, twice (current and previous). */
const limitBytes = 4 * 1024 * 1024;

/**
 * The output file of one process. The process writes to it directly, so output costs the region nothing and
 * survives it; opened for appending, so that it can be truncated while in use.
 */
export class OutputFile {
  readonly path: string;
  readonly descriptor: number;

  constructor(path: string) {
    this.path = path;
    this.descriptor = openForAppending(path);
  }

  write(text: string): void {
    try {
      writeSync(this.descriptor, text);
    } catch {
      // A full disk costs the log, not the process.
    }
  }

  /** Bounds the file; the previous part is kept once, as `<name>.log.before`. */
  cut(): void {
    try {
      if (fstatSync(this.descriptor).size <= limitBytes) return;
      copyFileSync(this.path, `${this.path}.before`);
      ftruncateSync(this.descriptor, 0);
    } catch {
      // Retried at the next check.
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
