import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../machine/files.ts";
import { AwsError } from "../operation.ts";
import { perRegion } from "../per-region.ts";

/** Metadata that S3 keeps of an object. */
export interface ObjectHead {
  readonly key: string;
  readonly size: number;
  /** Quoted as HTTP requires; the MD5 of the content. */
  readonly etag: string;
  /** ISO 8601. */
  readonly modified: string;
  readonly contentType: string;
  /** Headers that are returned unchanged: `cache-control`, `x-amz-meta-…`, `x-amz-checksum-…`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface NewObject {
  readonly body: Uint8Array;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Files with another suffix were left behind by a process that was killed while it wrote. */
const objectSuffix = ".object";
/**
 * File names are limited to 255 bytes; a longer key is stored by its hash and identified by the file's metadata.
 */
const longestName = 200;

/**
 * Objects on disk, one file each: a line of JSON metadata, then the content. Files are replaced atomically, so
 * that each is complete or absent. Metadata is cached once a bucket has been read.
 */
class ObjectStore {
  readonly #root: string;
  readonly #buckets = new Map<string, Map<string, ObjectHead>>();

  constructor(directory: string) {
    this.#root = join(directory, "s3");
  }

  createBucket(bucket: string): void {
    mkdirSync(join(this.#root, bucket), { recursive: true, mode: 0o700 });
    this.#buckets.set(bucket, this.#buckets.get(bucket) ?? this.#load(bucket));
  }

  removeBucket(bucket: string): void {
    rmSync(join(this.#root, bucket), { recursive: true, force: true });
    this.#buckets.delete(bucket);
  }

  hasBucket(bucket: string): boolean {
    return bucketName.test(bucket) && existsSync(join(this.#root, bucket));
  }

  readCreation(bucket: string): Date {
    return statSync(join(this.#root, bucket)).birthtime;
  }

  /** Metadata in byte order of the keys, as S3 lists them. */
  list(bucket: string): readonly ObjectHead[] {
    return [...this.#heads(bucket).values()].sort((a, b) =>
      Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
    );
  }

  head(bucket: string, key: string): ObjectHead | undefined {
    return this.#heads(bucket).get(key);
  }

  read(bucket: string, key: string): { readonly head: ObjectHead; readonly body: Buffer } | undefined {
    const head = this.head(bucket, key);
    if (!head) return undefined;
    const content = readFileSync(this.#file(bucket, key));
    return { head, body: content.subarray(content.indexOf(10) + 1) };
  }

  write(bucket: string, key: string, object: NewObject): ObjectHead {
    const heads = this.#heads(bucket);
    const head: ObjectHead = {
      key,
      size: object.body.length,
      etag: `"${createHash("md5").update(object.body).digest("hex")}"`,
      modified: new Date().toISOString(),
      contentType: object.contentType ?? "binary/octet-stream",
      headers: object.headers ?? {},
      tags: object.tags ?? {},
    };
    replaceFile(
      this.#file(bucket, key),
      Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), object.body]),
    );
    heads.set(key, head);
    return head;
  }

  remove(bucket: string, key: string): void {
    rmSync(this.#file(bucket, key), { force: true });
    this.#heads(bucket).delete(key);
  }

  #heads(bucket: string): Map<string, ObjectHead> {
    if (!this.hasBucket(bucket))
      throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
    const known = this.#buckets.get(bucket);
    if (known) return known;
    const loaded = this.#load(bucket);
    this.#buckets.set(bucket, loaded);
    return loaded;
  }

  #load(bucket: string): Map<string, ObjectHead> {
    const folder = join(this.#root, bucket);
    const heads = new Map<string, ObjectHead>();
    for (const name of readdirSync(folder)) {
      if (!name.endsWith(objectSuffix)) continue;
      const head = parseHead(readFileSync(join(folder, name)));
      if (head) heads.set(head.key, head);
    }
    return heads;
  }

  #file(bucket: string, key: string): string {
    const name = encodeURIComponent(key).replace(/\./g, "%2E");
    const short = name.length <= longestName ? name : createHash("sha256").update(key).digest("hex");
    return join(this.#root, bucket, `${short}${objectSuffix}`);
  }
}

/** An edited file is no longer an object; it is deleted with its bucket. */
function parseHead(content: Buffer): ObjectHead | undefined {
  try {
    return JSON.parse(content.subarray(0, content.indexOf(10)).toString("utf8")) as ObjectHead;
  } catch {
    return undefined;
  }
}

/** General purpose bucket naming rules, of the Amazon S3 User Guide. */
export const bucketName =
  /^(?!xn--|sthree-)(?!.*(-s3alias|--ol-s3)$)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * The objects of a region: also for code that writes or reads them like AWS services (access logs, trust stores).
 */
export const objectsOf = perRegion((region) => new ObjectStore(region.directory));
