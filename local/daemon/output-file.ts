import { closeSync, copyFileSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import { openForAppending } from "./files.ts";

/** A process that talks without end must not fill the disk: at most this much, twice (now and before). */
const limitBytes = 4 * 1024 * 1024;

/**
 * Where the output of one process goes. The process writes to the file itself, so its output neither costs the region
 * anything nor ends when the region does; opened for appending, so that it can be cut while in use.
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

  /** Keeps the file within its bound; the part before is kept once, as `<name>.log.before`. */
  cut(): void {
    try {
      if (fstatSync(this.descriptor).size <= limitBytes) return;
      copyFileSync(this.path, `${this.path}.before`);
      ftruncateSync(this.descriptor, 0);
    } catch {
      // Tried again at the next look.
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
