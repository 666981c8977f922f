import { canAssume } from "../access/trust.ts";
import { makeArn } from "../arn.ts";
import { assertUsable, findKey } from "../kms/keys.ts";
import { AwsError } from "../operation.ts";
import { perRegion } from "../per-region.ts";
import { isUnknown } from "../pulumi-protocol/markers.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { objectsOf } from "../s3/objects.ts";
import { flagOf, numberOf, objectOf, textOf } from "../values.ts";
import { type BufferLimits, DeliveryBuffer } from "./buffer.ts";
import type { Destination } from "./delivery.ts";

export const streamType = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";

const destinationKeys = [
  "roleArn",
  "bucketArn",
  "prefix",
  "errorOutputPrefix",
  "bufferingSize",
  "bufferingInterval",
  "compressionFormat",
  "kmsKeyArn",
];
const megabyte = 1024 * 1024;

/** Buffers of the delivery streams by name, in memory only. */
export const buffersOf = perRegion(() => new Map<string, DeliveryBuffer>());

function destinationOf(inputs: Properties): Destination {
  const s3 = objectOf(inputs, "extendedS3Configuration") ?? {};
  const kmsKeyArn = textOf(s3, "kmsKeyArn");
  return {
    stream: String(inputs.name),
    bucket: String(s3.bucketArn).replace(/^arn:aws:s3:::/, ""),
    roleArn: String(s3.roleArn),
    prefix: textOf(s3, "prefix") ?? "",
    compressed: s3.compressionFormat === "GZIP",
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
  };
}

function limitsOf(inputs: Properties): BufferLimits {
  const s3 = objectOf(inputs, "extendedS3Configuration") ?? {};
  return {
    sizeBytes: (numberOf(s3, "bufferingSize") ?? 5) * megabyte,
    intervalMs: (numberOf(s3, "bufferingInterval") ?? 300) * 1000,
  };
}

/** @throws AwsError InvalidArgumentException, like CreateDeliveryStream */
function validateReferences(region: Region, inputs: Properties): void {
  const { bucket, roleArn } = destinationOf(inputs);
  if (!objectsOf(region).hasBucket(bucket)) {
    throw new AwsError("InvalidArgumentException", `The bucket ${bucket} does not exist.`);
  }
  if (!canAssume(region, roleArn, { service: "firehose.amazonaws.com" })) {
    throw new AwsError(
      "InvalidArgumentException",
      `Firehose is unable to assume role ${roleArn}. Please check the role provided.`,
    );
  }
  assertRecordsEncryptable(region, inputs);
}

/** Records in the stream are encrypted with its key; without a usable key none is accepted. */
export function assertRecordsEncryptable(region: Region, inputs: Properties): void {
  const encryption = objectOf(inputs, "serverSideEncryption") ?? {};
  const keyArn = textOf(encryption, "keyArn");
  if (flagOf(encryption, "enabled") !== true || keyArn === undefined) return;
  try {
    assertUsable(findKey(region, keyArn));
  } catch (error) {
    throw new AwsError("InvalidKMSResourceException", (error as Error).message);
  }
}

function open(region: Region, { id, inputs }: Pick<Resource, "id" | "inputs">): void {
  buffersOf(region).set(id, new DeliveryBuffer(region, destinationOf(inputs), limitsOf(inputs)));
}

/** A stream that buffers records and delivers them to S3 with its role's permissions. */
export const deliveryStream: ResourceHandler = {
  type: streamType,
  inputs: ["name", "destination", "extendedS3Configuration", "serverSideEncryption", "tags"],
  replaceOn: ["name", "destination"],
  computed: ["arn", "destinationId", "versionId"],
  autoname: { property: "name", maxLength: 64 },
  validate(inputs) {
    if (isUnknown(inputs.extendedS3Configuration) || isUnknown(inputs.destination)) return [];
    const s3 = objectOf(inputs, "extendedS3Configuration");
    const other = Object.keys(s3 ?? {}).filter((name) => !destinationKeys.includes(name));
    const format = s3?.compressionFormat ?? "UNCOMPRESSED";
    return [
      ...(inputs.destination === "extended_s3"
        ? []
        : [
            {
              property: "destination",
              reason: `it is ${String(inputs.destination)}; only extended_s3 is supported.`,
            },
          ]),
      ...(s3 ? [] : [{ property: "extendedS3Configuration", reason: "it is missing." }]),
      ...other.map((name) => ({
        property: "extendedS3Configuration",
        reason: `${name} is not supported; supported are ${destinationKeys.join(", ")}.`,
      })),
      ...(format === "GZIP" || format === "UNCOMPRESSED" || isUnknown(format)
        ? []
        : [
            {
              property: "extendedS3Configuration",
              reason: `compressionFormat is ${String(format)}; it must be GZIP or UNCOMPRESSED.`,
            },
          ]),
    ];
  },
  async create(region, { inputs }) {
    const name = String(inputs.name);
    const arn = makeArn(region, "firehose", `deliverystream/${name}`);
    if (region.resources.get(streamType, arn)) {
      throw new AwsError(
        "ResourceInUseException",
        `Firehose ${name} under accountId ${region.accountId} already exists`,
      );
    }
    validateReferences(region, inputs);
    open(region, { id: arn, inputs });
    return {
      id: arn,
      outputs: { ...inputs, arn, destinationId: "destinationId-000000000001", versionId: "1" },
    };
  },
  async update(region, resource, inputs) {
    validateReferences(region, inputs);
    buffersOf(region).get(resource.id)?.configure(destinationOf(inputs), limitsOf(inputs));
    return { ...inputs };
  },
  async delete(region, { id }) {
    const buffer = buffersOf(region).get(id);
    buffersOf(region).delete(id);
    await buffer?.end();
  },
  async restore(region, resource) {
    open(region, resource);
  },
};
