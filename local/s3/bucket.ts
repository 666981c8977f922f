import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { bucketName, objectsOf } from "./objects.ts";

export const bucketType = "aws:s3/bucket:Bucket";

function outputsOf(region: Region, bucket: string): Properties {
  return {
    bucket,
    arn: `arn:aws:s3:::${bucket}`,
    bucketDomainName: `${bucket}.s3.amazonaws.com`,
    bucketRegion: region.name,
    bucketRegionalDomainName: `${bucket}.s3.${region.name}.amazonaws.com`,
    hostedZoneId: "Z1BKCTXD74EZPE",
  };
}

function validate(inputs: Properties): readonly CheckFailure[] {
  const { bucket } = inputs;
  const wrong = typeof bucket === "string" && bucket.length < 64 && !bucketName.test(bucket);
  return wrong
    ? [
        {
          property: "bucket",
          reason: `${bucket} is not a bucket name; it must be 3 to 63 lower-case letters, digits, dots and hyphens.`,
        },
      ]
    : [];
}

/** A bucket is a folder of objects; deleting one that is not empty is refused without `forceDestroy`. */
export const bucket: ResourceHandler = {
  type: bucketType,
  inputs: ["bucket", "forceDestroy", "tags"],
  replaceOn: ["bucket"],
  computed: ["arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName", "hostedZoneId"],
  autoname: { property: "bucket", maxLength: 63 },
  defaults: () => ({ forceDestroy: false }),
  validate,
  async create(region, { inputs }) {
    const name = String(inputs.bucket);
    if (!bucketName.test(name)) throw new AwsError("InvalidBucketName", "The specified bucket is not valid.");
    const objects = objectsOf(region);
    if (objects.hasBucket(name)) {
      throw new AwsError(
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
        409,
      );
    }
    objects.createBucket(name);
    return { id: name, outputs: { ...inputs, ...outputsOf(region, name) } };
  },
  async update(_region, _resource, inputs) {
    return { ...inputs };
  },
  async read(region, { id }) {
    return objectsOf(region).hasBucket(id) ? outputsOf(region, id) : undefined;
  },
  async delete(region, { id, inputs }) {
    const objects = objectsOf(region);
    if (!objects.hasBucket(id)) return;
    const count = objects.list(id).length;
    if (count > 0 && inputs.forceDestroy !== true) {
      throw new AwsError(
        "BucketNotEmpty",
        `The bucket you tried to delete is not empty: ${id} holds ${count} objects.`,
        409,
      );
    }
    objects.removeBucket(id);
  },
};
