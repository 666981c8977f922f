import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { isAllowed } from "../access/permissions.ts";
import { assertUsable, findKey } from "../kms/keys.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import { objectsOf } from "../s3/objects.ts";

const compress = promisify(gzip);

/** Where and how a stream delivers, from its `extendedS3Configuration`. */
export interface Destination {
  readonly stream: string;
  readonly bucket: string;
  readonly roleArn: string;
  readonly prefix: string;
  readonly compressed: boolean;
  readonly kmsKeyArn?: string;
}

/** Timestamp expressions of a custom prefix; Firehose uses UTC. */
function stamp(moment: Date): Readonly<Record<string, string>> {
  const [date = "", time = ""] = moment.toISOString().split("T");
  const [yyyy = "", MM = "", dd = ""] = date.split("-");
  const [HH = "", mm = "", ss = ""] = time.slice(0, 8).split(":");
  return { yyyy, MM, dd, HH, mm, ss };
}

/**
 * The key of a delivered object: a prefix without expressions is followed by `YYYY/MM/dd/HH/` ("Amazon S3 object
 * name format"), one with expressions is used as is.
 */
export function renderKey({ stream, prefix, compressed }: Destination, moment: Date): string {
  const pieces = stamp(moment);
  const { yyyy, MM, dd, HH, mm, ss } = pieces;
  const folder = prefix.includes("!{") ? renderPrefix(prefix, pieces) : `${prefix}${yyyy}/${MM}/${dd}/${HH}/`;
  return `${folder}${stream}-1-${yyyy}-${MM}-${dd}-${HH}-${mm}-${ss}-${randomUUID()}${compressed ? ".gz" : ""}`;
}

function renderPrefix(prefix: string, pieces: Readonly<Record<string, string>>): string {
  return prefix.replace(/!\{([^:}]+):([^}]*)\}/g, (whole, kind: string, text: string) => {
    if (kind === "timestamp") return text.replace(/yyyy|MM|dd|HH|mm|ss/g, (name) => pieces[name] ?? name);
    if (kind === "firehose" && text === "random-string") return randomUUID().replace(/-/g, "").slice(0, 11);
    throw new AwsError(
      "InvalidArgumentException",
      `The local region does not evaluate ${whole} in a prefix.`,
    );
  });
}

/**
 * Writes one object with the permissions of the stream's role.
 *
 * @throws AwsError if the role may not write, the bucket is gone or the key cannot be used
 */
export async function deliver(
  region: Region,
  destination: Destination,
  content: Buffer,
  moment: Date,
): Promise<string> {
  const key = renderKey(destination, moment);
  const { bucket, roleArn, kmsKeyArn } = destination;
  if (kmsKeyArn !== undefined) assertUsable(findKey(region, kmsKeyArn));
  if (!isAllowed(region, roleArn, { action: "s3:PutObject", resource: `arn:aws:s3:::${bucket}/${key}` })) {
    throw new AwsError(
      "S3.AccessDenied",
      `${roleArn} is not allowed to s3:PutObject to ${bucket}/${key}.`,
      403,
    );
  }
  const body = destination.compressed ? await compress(content) : content;
  objectsOf(region).write(bucket, key, { body, contentType: "application/octet-stream" });
  return key;
}
