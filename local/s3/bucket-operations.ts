import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { S3Call, S3Operation, S3Response } from "./call.ts";
import { type ObjectHead, objectsOf } from "./objects.ts";

const mostKeys = 1000;

function listBuckets(region: Region): S3Response {
  const buckets = region.resources.all("aws:s3/bucket:Bucket").map(({ id }) => ({
    Name: id,
    CreationDate: objectsOf(region).readCreation(id).toISOString(),
  }));
  const owner = { ID: region.accountId.padStart(64, "0"), DisplayName: "operator" };
  return { body: { ListAllMyBucketsResult: { Owner: owner, Buckets: { Bucket: buckets } } } };
}

function headBucket(region: Region, { bucket }: S3Call): S3Response {
  if (!objectsOf(region).hasBucket(bucket)) throw new AwsError("NotFound", "Not Found", 404);
  return { headers: { "x-amz-bucket-region": region.name } };
}

interface Page {
  readonly contents: readonly ObjectHead[];
  readonly prefixes: readonly string[];
  /** The last key or prefix of a page that is followed by others. */
  readonly last?: string;
}

function listObjects(region: Region, { bucket, query }: S3Call): S3Response {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const token = query.get("continuation-token");
  const after =
    token === null ? (query.get("start-after") ?? "") : Buffer.from(token, "base64url").toString("utf8");
  const limit = Math.min(Number(query.get("max-keys") ?? mostKeys), mostKeys);
  const page = planPage(objectsOf(region).list(bucket), { prefix, delimiter, after, limit });
  const encode = query.get("encoding-type") === "url" ? encodeURIComponent : (text: string) => text;
  return {
    body: {
      ListBucketResult: {
        Name: bucket,
        Prefix: encode(prefix),
        ...(delimiter === "" ? {} : { Delimiter: encode(delimiter) }),
        MaxKeys: limit,
        KeyCount: page.contents.length + page.prefixes.length,
        IsTruncated: page.last !== undefined,
        ...(page.last === undefined
          ? {}
          : { NextContinuationToken: Buffer.from(page.last).toString("base64url") }),
        Contents: page.contents.map((head) => ({
          Key: encode(head.key),
          LastModified: head.modified,
          ETag: head.etag,
          Size: head.size,
          StorageClass: "STANDARD",
        })),
        CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
      },
    },
  };
}

function planPage(
  heads: readonly ObjectHead[],
  wanted: {
    readonly prefix: string;
    readonly delimiter: string;
    readonly after: string;
    readonly limit: number;
  },
): Page {
  const contents: ObjectHead[] = [];
  const prefixes = new Set<string>();
  let last: string | undefined;
  for (const head of heads) {
    if (!head.key.startsWith(wanted.prefix)) continue;
    const end = wanted.delimiter === "" ? -1 : head.key.indexOf(wanted.delimiter, wanted.prefix.length);
    const entry = end < 0 ? head.key : head.key.slice(0, end + wanted.delimiter.length);
    // An earlier prefix covers all keys below it.
    if (prefixes.has(entry) || Buffer.compare(Buffer.from(entry), Buffer.from(wanted.after)) <= 0) continue;
    if (contents.length + prefixes.size === wanted.limit)
      return { contents, prefixes: [...prefixes], ...(last === undefined ? {} : { last }) };
    if (end < 0) contents.push(head);
    else prefixes.add(entry);
    last = entry;
  }
  return { contents, prefixes: [...prefixes] };
}

/** Operations on buckets. Creating and removing them is left to the program. */
export const bucketOperations: Readonly<Record<string, S3Operation>> = {
  ListBuckets: listBuckets,
  HeadBucket: headBucket,
  ListObjectsV2: listObjects,
  "GET ?location": (region, { bucket }) => {
    headBucket(region, { bucket } as S3Call);
    return { body: { LocationConstraint: { "#text": region.name === "us-east-1" ? "" : region.name } } };
  },
};
