import { XMLParser } from "fast-xml-parser";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import { readUpload } from "./aws-chunked.ts";
import type { S3Call, S3Operation, S3Response } from "./call.ts";
import { type ObjectHead, objectsOf } from "./objects.ts";
import { encryptionOf } from "./settings.ts";

/** Headers of an upload that S3 returns with the object. */
const keptHeaders = /^(cache-control|content-disposition|content-language|expires|x-amz-meta-.+)$/;
const longestKey = 1024;
const mostDeletions = 1000;

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "Object" });

function putObject(region: Region, { request, bucket, key }: S3Call): S3Response {
  const objects = objectsOf(region);
  if (Buffer.byteLength(key) > longestKey) throw new AwsError("KeyTooLongError", "Your key is too long.");
  if (request.headers["if-none-match"] === "*" && objects.head(bucket, key)) {
    throw new AwsError(
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
      412,
    );
  }
  const { body, checksums } = readUpload(request);
  const kept = Object.entries(request.headers).filter(([name]) => keptHeaders.test(name));
  const contentType = request.headers["content-type"];
  const head = objects.write(bucket, key, {
    body,
    ...(contentType === undefined ? {} : { contentType }),
    headers: { ...Object.fromEntries(kept), ...checksums },
    tags: Object.fromEntries(new URLSearchParams(request.headers["x-amz-tagging"] ?? "")),
  });
  return { headers: { etag: head.etag, ...checksums, ...encryptionOf(region, bucket) } };
}

function getObject(region: Region, { request, bucket, key }: S3Call): S3Response {
  const found = objectsOf(region).read(bucket, key);
  if (!found) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
  const { head, body } = found;
  const headers = headersOf(region, bucket, head);
  if (request.headers["if-none-match"] === head.etag) return { status: 304, headers };
  const range = request.headers.range;
  if (range === undefined) return { headers, body };
  const part = parseRange(range, body.length);
  // A range has no checksum of the whole.
  const partial = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith("x-amz-checksum-")),
  );
  return {
    status: 206,
    headers: { ...partial, "content-range": `bytes ${part.start}-${part.end}/${body.length}` },
    body: body.subarray(part.start, part.end + 1),
  };
}

function headObject(region: Region, { bucket, key }: S3Call): S3Response {
  const head = objectsOf(region).head(bucket, key);
  if (!head) throw new AwsError("NotFound", "Not Found", 404);
  return { headers: { ...headersOf(region, bucket, head), "content-length": String(head.size) } };
}

function deleteObject(region: Region, { bucket, key }: S3Call): S3Response {
  objectsOf(region).remove(bucket, key);
  return { status: 204 };
}

function deleteObjects(region: Region, { request, bucket }: S3Call): S3Response {
  const { body } = readUpload(request);
  const document = parser.parse(body.toString("utf8")) as {
    Delete?: { Object?: readonly { Key: string }[]; Quiet?: string };
  };
  const wanted = document.Delete?.Object ?? [];
  if (wanted.length === 0 || wanted.length > mostDeletions) {
    throw new AwsError(
      "MalformedXML",
      `The request must name 1 to ${mostDeletions} keys; it names ${wanted.length}.`,
    );
  }
  for (const { Key } of wanted) objectsOf(region).remove(bucket, Key);
  const deleted = document.Delete?.Quiet === "true" ? [] : wanted.map(({ Key }) => ({ Key }));
  return { body: { DeleteResult: { Deleted: deleted } } };
}

function headersOf(region: Region, bucket: string, head: ObjectHead): Record<string, string> {
  return {
    etag: head.etag,
    "content-type": head.contentType,
    "last-modified": new Date(head.modified).toUTCString(),
    "accept-ranges": "bytes",
    ...head.headers,
    ...encryptionOf(region, bucket),
  };
}

/** One range of bytes (RFC 9110 section 14.1.2); S3 serves no more than one. */
function parseRange(range: string, size: number): { readonly start: number; readonly end: number } {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if ((first === "" && last === "") || start > end) {
    throw new AwsError("InvalidRange", `The range ${range} cannot be served from ${size} bytes.`, 416);
  }
  return { start, end };
}

export const objectOperations: Readonly<Record<string, S3Operation>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
};
