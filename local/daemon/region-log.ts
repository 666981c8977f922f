import { join } from "node:path";
import { OutputFile } from "./output-file.ts";

/** The region's own log, `logs/region.log`: one JSON object per line with `at`, `event` and what belongs to it. */
export class RegionLog {
  readonly #output: OutputFile;
  #lines = 0;

  constructor(directory: string) {
    this.#output = new OutputFile(join(directory, "logs", "region.log"));
  }

  write(event: string, details: Record<string, unknown> = {}): void {
    this.#output.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...details })}\n`);
    this.#lines += 1;
    if (this.#lines % 100 === 0) this.#output.cut();
  }

  /** Logs an unexpected error with its stack. */
  writeError(event: string, error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.write(event, { error: stack });
  }
}
