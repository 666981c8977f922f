import assert from "node:assert/strict";
import { Readable } from "node:stream";
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { test } from "tap";
import { createRegion } from "../../local/daemon/region.ts";
import { objectsOf } from "../../local/s3/objects.ts";
import { reserveNetwork } from "../loopback.ts";
import { temporaryDirectory, tools } from "./daemon/started-region.ts";
import { openEndpoint, type StartedEndpoint } from "./endpoint/started-endpoint.ts";

const loopback = await reserveNetwork();

const bucketType = "aws:s3/bucket:Bucket";

async function openBucket(started: StartedEndpoint, inputs = {}) {
  const bucket = await started.create(bucketType, "logs", { bucket: "feature-x-logs", ...inputs });
  return { bucket, Bucket: "feature-x-logs", s3: new S3Client(started.client) };
}

test("an uploaded object is returned with type, metadata and checksum", async () => {
  await using started = await openEndpoint();
  const { s3, Bucket } = await openBucket(started);
  const Key = "a folder/ünï+code&?.txt";
  const put = await s3.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body: "hello",
      ContentType: "text/plain",
      Metadata: { made: "by-test" },
    }),
  );
  const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(await got.Body?.transformToString(), "hello");
  assert.equal(got.ContentType, "text/plain");
  assert.deepEqual(got.Metadata, { made: "by-test" });
  assert.equal(got.ETag, put.ETag);
  assert.equal(got.ChecksumCRC32, put.ChecksumCRC32);
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  assert.equal(head.ContentLength, 5);
  assert.equal(head.ServerSideEncryption, "AES256");
});

test("a streamed upload with a trailing checksum is decoded and verified", async () => {
  await using started = await openEndpoint();
  const { s3, Bucket } = await openBucket(started);
  const body = Buffer.alloc(300_000, "abc");
  const stream = Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]);
  await s3.send(new PutObjectCommand({ Bucket, Key: "s", Body: stream, ContentLength: body.length }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: "s" }));
  assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), body);
});

test("a wrong checksum is refused", async () => {
  await using started = await openEndpoint();
  const { s3, Bucket } = await openBucket(started);
  const put = new PutObjectCommand({ Bucket, Key: "s", Body: "hello", ChecksumCRC32: "AAAAAA==" });
  await assert.rejects(s3.send(put), { name: "BadDigest" });
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: "s" })), { name: "NoSuchKey" });
});

test("listing supports prefix and delimiter, page after page, in key order", async () => {
  await using started = await openEndpoint();
  const { s3, Bucket } = await openBucket(started);
  for (const Key of ["b/2", "a", "b/1", "c/1", "c/2", "d"])
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const all: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2, ContinuationToken: token }));
    all.push(...(page.Contents ?? []).map((entry) => entry.Key ?? ""));
    token = page.NextContinuationToken;
  } while (token);
  assert.deepEqual(all, ["a", "b/1", "b/2", "c/1", "c/2", "d"]);
  const top = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: "/" }));
  assert.deepEqual(
    top.Contents?.map((entry) => entry.Key),
    ["a", "d"],
  );
  assert.deepEqual(
    top.CommonPrefixes?.map((entry) => entry.Prefix),
    ["b/", "c/"],
  );
  const below = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "b/", Delimiter: "/" }));
  assert.deepEqual(
    below.Contents?.map((entry) => entry.Key),
    ["b/1", "b/2"],
  );
});

test("objects are deleted one by one and many at once", async () => {
  await using started = await openEndpoint();
  const { s3, Bucket } = await openBucket(started);
  for (const Key of ["a", "b", "c"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  const deleted = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "b" }, { Key: "c" }] } }),
  );
  assert.deepEqual(
    deleted.Deleted?.map((entry) => entry.Key),
    ["b", "c"],
  );
  const left = await s3.send(new ListObjectsV2Command({ Bucket }));
  assert.equal(left.KeyCount, 0);
});

test("buckets are listed; missing and unsupported ones are refused by name", async () => {
  await using started = await openEndpoint();
  const { s3, Bucket } = await openBucket(started);
  const listed = await s3.send(new ListBucketsCommand({}));
  assert.deepEqual(
    listed.Buckets?.map((entry) => entry.Name),
    [Bucket],
  );
  await s3.send(new HeadBucketCommand({ Bucket }));
  await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: "no-such-bucket" })), { name: "NotFound" });
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: "no-such-bucket", Key: "x" })), {
    name: "NoSuchBucket",
  });
  await assert.rejects(s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "x" })), {
    name: "NotImplemented",
  });
  const unknownClient = new S3Client({
    ...started.client,
    credentials: { accessKeyId: "LKIAX", secretAccessKey: "x" },
  });
  await assert.rejects(unknownClient.send(new ListBucketsCommand({})), { name: "InvalidAccessKeyId" });
});

test("a bucket that is not empty is deleted only with forceDestroy", async () => {
  await using started = await openEndpoint();
  const { s3, Bucket, bucket } = await openBucket(started);
  await s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "a" }));
  await assert.rejects(started.remove(bucket), { code: "BucketNotEmpty", message: /feature-x-logs holds 1/ });
  await started.remove(await started.update(bucket, { bucket: Bucket, forceDestroy: true }));
  await assert.rejects(s3.send(new HeadBucketCommand({ Bucket })), { name: "NotFound" });
});

test("an object of the program is visible to the API, and changes with it", async () => {
  await using started = await openEndpoint();
  const { s3, Bucket } = await openBucket(started);
  const read = async () =>
    (await s3.send(new GetObjectCommand({ Bucket, Key: "authority.pem" }))).Body?.transformToString();
  const inputs = { bucket: Bucket, key: "authority.pem", content: "one" };
  const object = await started.create("aws:s3/bucketObjectv2:BucketObjectv2", "authority", inputs);
  assert.equal(await read(), "one");
  const changed = await started.update(object, { ...inputs, content: "two" });
  assert.equal(await read(), "two");
  await started.remove(changed);
  await assert.rejects(read(), { name: "NoSuchKey" });
});

test("a setting of a bucket that does not exist is refused", async () => {
  await using started = await openEndpoint();
  const type = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
  await assert.rejects(started.create(type, "x", { bucket: "nowhere" }), {
    code: "NoSuchBucket",
    message: /nowhere/,
  });
});

test("objects survive a restart of the region", async () => {
  using folder = temporaryDirectory();
  const open = () =>
    createRegion({ directory: folder.path, network: loopback, name: "eu-west-1", tools, images: {} });
  const first = await open();
  objectsOf(first).createBucket("kept");
  objectsOf(first).write("kept", "a/b", { body: Buffer.from("line\nline") });
  await first.close();
  const second = await open();
  assert.equal(objectsOf(second).read("kept", "a/b")?.body.toString(), "line\nline");
  await second.close();
});
