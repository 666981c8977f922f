import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { type ObjectHead, objectsOf } from "./objects.ts";

function write(region: Region, inputs: Properties): Properties {
  const bucket = String(inputs.bucket);
  const key = String(inputs.key);
  const body =
    typeof inputs.contentBase64 === "string"
      ? Buffer.from(inputs.contentBase64, "base64")
      : Buffer.from(String(inputs.content ?? ""));
  const head = objectsOf(region).write(bucket, key, {
    body,
    ...(typeof inputs.contentType === "string" ? { contentType: inputs.contentType } : {}),
    tags: (inputs.tags ?? {}) as Record<string, string>,
  });
  return outputsOf(bucket, head);
}

function outputsOf(bucket: string, head: ObjectHead): Properties {
  return {
    arn: `arn:aws:s3:::${bucket}/${head.key}`,
    etag: head.etag.replaceAll('"', ""),
    contentType: head.contentType,
  };
}

/** An object that the program uploads. */
export const bucketObject: ResourceHandler = {
  type: "aws:s3/bucketObjectv2:BucketObjectv2",
  inputs: ["bucket", "key", "content", "contentBase64", "contentType", "tags"],
  replaceOn: ["bucket", "key"],
  computed: ["arn", "etag"],
  changing: ["etag"],
  validate(inputs) {
    const given = ["content", "contentBase64"].filter((name) => inputs[name] !== undefined);
    return given.length > 1
      ? [{ property: "content", reason: "content and contentBase64 are mutually exclusive." }]
      : [];
  },
  async create(region, { inputs }) {
    const outputs = write(region, inputs);
    return { id: `${inputs.bucket}/${inputs.key}`, outputs: { ...inputs, ...outputs } };
  },
  async update(region, _resource, inputs) {
    return { ...inputs, ...write(region, inputs) };
  },
  async read(region, { inputs }) {
    const objects = objectsOf(region);
    const bucket = String(inputs.bucket);
    const head = objects.hasBucket(bucket) ? objects.head(bucket, String(inputs.key)) : undefined;
    return head && outputsOf(bucket, head);
  },
  async delete(region, { inputs }) {
    const objects = objectsOf(region);
    const bucket = String(inputs.bucket);
    if (objects.hasBucket(bucket)) objects.remove(bucket, String(inputs.key));
  },
};
