import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Region } from "../region.ts";
import { objectsOf as s3ObjectsOf } from "../s3/objects.ts";
import { flagOf, objectOf, textOf } from "../values.ts";
import { type LogContext, renderLogLine } from "./access-log-line.ts";
import { backendName } from "./backend-name.ts";
import { types } from "./types.ts";

/** Every five minutes, as AWS does; sooner only if the file would grow large. */
const deliverEveryMs = 300_000;
const checkEveryMs = 2_000;
const largeBytes = 16 * 1024 * 1024;

/** Log files of each HAProxy generation in its folder; files of the region's earlier runs are set aside. */
const written = /^access-(?:\d+|left-\d+)\.log$/;

/** Delivers a load balancer's access log to its bucket. */
export class AccessLog {
  readonly #region: Region;
  readonly #arn: string;
  readonly #directory: string;
  readonly #isRunning: (generation: number) => boolean;
  /** Delivered bytes of each file. */
  readonly #offsets = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #deliveredAt = Date.now();
  #delivering = false;
  /** Why the last delivery failed. */
  #failure: string | undefined;

  constructor(
    region: Region,
    arn: string,
    haproxy: { readonly directory: string; readonly isRunning: (generation: number) => boolean },
  ) {
    this.#region = region;
    this.#arn = arn;
    this.#directory = haproxy.directory;
    this.#isRunning = haproxy.isRunning;
    for (const file of this.#files()) this.#setAside(file);
    this.#timer = setInterval(() => void this.#check(), checkEveryMs);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** The current destination; undefined if logging is off. */
  get destination(): { readonly bucket: string; readonly prefix: string } | undefined {
    const balancer = this.#region.resources.get(types.loadBalancer, this.#arn);
    const settings = objectOf(balancer?.inputs ?? {}, "accessLogs");
    const bucket = settings && textOf(settings, "bucket");
    if (!settings || bucket === undefined || flagOf(settings, "enabled") !== true) return undefined;
    return { bucket, prefix: textOf(settings, "prefix") ?? "" };
  }

  /** Writes the lines since the last delivery as one object. */
  async deliver(): Promise<void> {
    this.#deliveredAt = Date.now();
    const { destination } = this;
    if (!destination || this.#delivering) return;
    this.#delivering = true;
    try {
      const context = this.#context();
      const lines = this.#files()
        .flatMap((file) => this.#take(file).split("\n"))
        .flatMap((line) => renderLogLine(line, context) ?? []);
      if (lines.length === 0) return;
      const body = await promisify(gzip)(`${lines.join("\n")}\n`, { level: 1 });
      s3ObjectsOf(this.#region).write(destination.bucket, this.#key(destination.prefix), {
        body,
        contentType: "application/x-gzip",
      });
    } finally {
      this.#delivering = false;
    }
  }

  /** Runs in the background: a failure, such as a missing folder, is logged once and retried at the next check. */
  async #check(): Promise<void> {
    try {
      const waiting = this.#files().reduce((sum, file) => sum + this.#waitingBytes(file), 0);
      if (waiting >= largeBytes || Date.now() - this.#deliveredAt >= deliverEveryMs) await this.deliver();
      this.#failure = undefined;
    } catch (error) {
      const reason = (error as Error).message;
      if (reason !== this.#failure)
        this.#region.log("balancer.access-log-failed", { arn: this.#arn, reason });
      this.#failure = reason;
    }
  }

  #files(): readonly string[] {
    return readdirSync(this.#directory).filter((file) => written.test(file));
  }

  #waitingBytes(file: string): number {
    return statSync(join(this.#directory, file)).size - (this.#offsets.get(file) ?? 0);
  }

  /** The next process must not find a file with its name. */
  #setAside(file: string): void {
    renameSync(
      join(this.#directory, file),
      join(this.#directory, `access-left-${Date.now()}${file.replace(/\D/g, "")}.log`),
    );
  }

  /**
   * The new lines of a file. HAProxy keeps appending, so truncating the file frees its blocks and leaves a hole; a
   * file without a writer is removed.
   */
  #take(file: string): string {
    const path = join(this.#directory, file);
    const ended = !this.#isRunning(Number(/^access-(\d+)/.exec(file)?.[1] ?? -1));
    const offset = this.#offsets.get(file) ?? 0;
    const descriptor = openSync(path, "r+");
    try {
      const size = Math.max(0, fstatSync(descriptor).size - offset);
      const content = Buffer.alloc(size);
      readSync(descriptor, content, 0, size, offset);
      // An incomplete line waits for the next delivery.
      const end = ended ? size : content.lastIndexOf(10) + 1;
      this.#offsets.set(file, offset + end);
      if (end === size) ftruncateSync(descriptor, 0);
      return content.toString("utf8", 0, end).replaceAll("\0", "");
    } finally {
      closeSync(descriptor);
      if (ended) {
        rmSync(path, { force: true });
        this.#offsets.delete(file);
      }
    }
  }

  #context(): LogContext {
    const listeners = this.#region.resources
      .all(types.listener)
      .filter(({ inputs }) => inputs.loadBalancerArn === this.#arn);
    const certificates = listeners.flatMap(({ inputs }) => textOf(inputs, "certificateArn") ?? []);
    const groups = this.#region.resources.all(types.targetGroup);
    return {
      balancer: this.#arn.slice(this.#arn.indexOf("app/")),
      targetGroupArns: new Map(groups.map(({ id }) => [backendName(id), id])),
      certificateArn: certificates[0],
    };
  }

  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format */
  #key(prefix: string): string {
    const { accountId, name } = this.#region;
    const end = new Date().toISOString();
    const folder = `AWSLogs/${accountId}/elasticloadbalancing/${name}/${end.slice(0, 10).replaceAll("-", "/")}`;
    const balancer = this.#arn.slice(this.#arn.indexOf("app/")).replaceAll("/", ".");
    const minute = end.slice(0, 16).replace(/[-:]/g, "");
    const address = `${this.#region.network}.0.1`;
    const file = `${accountId}_elasticloadbalancing_${name}_${balancer}_${minute}Z_${address}_${randomBytes(4).toString("hex")}.log.gz`;
    return [prefix, folder, file].filter((part) => part !== "").join("/");
  }
}
