import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { explainFileError } from "../../machine/files.ts";
import type { Region } from "../region.ts";
import { type Destination, deliver } from "./delivery.ts";

export interface BufferLimits {
  readonly sizeBytes: number;
  readonly intervalMs: number;
}

const retryMs = 5000;

/**
 * Records of one stream on their way to S3. They are on disk before a put is acknowledged: accepted records
 * survive a kill of the region. A buffer is delivered when it is full or old, whichever comes first; on failure it
 * is kept and retried.
 */
export class DeliveryBuffer {
  readonly #region: Region;
  readonly #folder: string;
  #destination: Destination;
  #limits: BufferLimits;
  #size = 0;
  #closed = 0;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(region: Region, destination: Destination, limits: BufferLimits) {
    this.#region = region;
    this.#destination = destination;
    this.#limits = limits;
    this.#folder = join(region.directory, "firehose", destination.stream);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#takeOver();
  }

  configure(destination: Destination, limits: BufferLimits): void {
    this.#destination = destination;
    this.#limits = limits;
  }

  append(data: Buffer): void {
    try {
      appendFileSync(this.#open(), data, { mode: 0o600 });
    } catch (cause) {
      throw explainFileError(this.#open(), cause);
    }
    this.#size += data.length;
    if (this.#size >= this.#limits.sizeBytes) this.#close();
    else this.#timer ??= this.#after(this.#limits.intervalMs, () => this.#close());
  }

  /** Delivers all current records; resolves when that has succeeded or failed once more. */
  async flush(): Promise<void> {
    this.#close();
    await this.#work;
  }

  /** The stream is deleted: buffered records are delivered, then its files are removed. */
  async end(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(): string {
    return join(this.#folder, "open");
  }

  /** Ends the open part; the next record begins another. */
  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#size > 0) {
      this.#closed += 1;
      renameSync(this.#open(), join(this.#folder, `closed-${Date.now()}-${this.#closed}`));
      this.#size = 0;
    }
    this.#work = this.#work.then(() => this.#deliverClosed());
  }

  async #deliverClosed(): Promise<void> {
    const parts = readdirSync(this.#folder)
      .filter((name) => name.startsWith("closed-"))
      .sort();
    for (const name of parts) {
      const file = join(this.#folder, name);
      try {
        await deliver(this.#region, this.#destination, readFileSync(file), new Date());
        rmSync(file, { force: true });
      } catch (error) {
        this.#region.log("firehose.not-delivered", {
          stream: this.#destination.stream,
          error: String(error),
        });
        this.#timer ??= this.#after(retryMs, () => this.#close());
        return;
      }
    }
  }

  /** Takes over records that an earlier run of the region accepted and did not deliver. */
  #takeOver(): void {
    const names = readdirSync(this.#folder);
    if (names.includes("open")) this.#size = statSync(this.#open()).size;
    if (names.length > 0)
      this.#timer = this.#after(Math.min(this.#limits.intervalMs, retryMs), () => this.#close());
  }

  #after(ms: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(act, ms);
    timer.unref();
    return timer;
  }
}
