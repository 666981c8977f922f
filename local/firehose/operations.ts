import { randomBytes } from "node:crypto";
import { requiredText } from "../input.ts";
import { AwsError, type AwsRequest, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { objectOf } from "../values.ts";
import { assertRecordsEncryptable, buffersOf, streamType } from "./stream.ts";

/** Limits of the API: one record before base64, one batch by number and by size. */
const longestRecord = 1000 * 1024;
const mostRecords = 500;
const largestBatch = 4 * 1024 * 1024;

function findStream(region: Region, request: AwsRequest): Resource {
  const name = requiredText(request, "DeliveryStreamName");
  const stream = region.resources.find(streamType, ({ outputs }) => outputs.name === name);
  if (stream) return stream;
  throw new AwsError(
    "ResourceNotFoundException",
    `Firehose ${name} under account ${region.accountId} not found.`,
  );
}

function dataOf(record: unknown): Buffer {
  const data = (record as { Data?: unknown } | undefined)?.Data;
  if (typeof data !== "string") throw new AwsError("InvalidArgumentException", "A record has no Data.");
  const bytes = Buffer.from(data, "base64");
  if (bytes.length <= longestRecord) return bytes;
  throw new AwsError(
    "InvalidArgumentException",
    `A record has ${bytes.length} bytes; at most ${longestRecord} are allowed.`,
  );
}

function accept(region: Region, stream: Resource, records: readonly Buffer[]): readonly string[] {
  assertRecordsEncryptable(region, stream.inputs);
  const buffer = buffersOf(region).get(stream.id);
  if (!buffer) throw new AwsError("ServiceUnavailableException", "The stream is not open.", 503);
  // One write for all: a batch is on disk completely or not at all.
  buffer.append(Buffer.concat(records));
  return records.map(() => randomBytes(72).toString("base64url"));
}

/** Writes to and describes delivery streams. */
export const firehoseOperations: Operations = {
  async PutRecord(region, request) {
    const stream = findStream(region, request);
    const [recordId] = accept(region, stream, [dataOf(request.input.Record)]);
    return { RecordId: recordId, Encrypted: isEncrypted(stream) };
  },
  async PutRecordBatch(region, request) {
    const stream = findStream(region, request);
    const { Records: given } = request.input;
    const count = Array.isArray(given) ? given.length : 0;
    if (!Array.isArray(given) || count < 1 || count > mostRecords) {
      throw new AwsError(
        "InvalidArgumentException",
        `A batch has ${count} records; it must have 1 to ${mostRecords}.`,
      );
    }
    const records = given.map(dataOf);
    const size = records.reduce((sum, record) => sum + record.length, 0);
    if (size > largestBatch) {
      throw new AwsError(
        "InvalidArgumentException",
        `The batch has ${size} bytes; at most ${largestBatch} are allowed.`,
      );
    }
    const ids = accept(region, stream, records);
    return {
      FailedPutCount: 0,
      Encrypted: isEncrypted(stream),
      RequestResponses: ids.map((id) => ({ RecordId: id })),
    };
  },
  async DescribeDeliveryStream(region, request) {
    const stream = findStream(region, request);
    const s3 = objectOf(stream.inputs, "extendedS3Configuration") ?? {};
    const encryption = objectOf(stream.inputs, "serverSideEncryption");
    return {
      DeliveryStreamDescription: {
        DeliveryStreamName: stream.outputs.name,
        DeliveryStreamARN: stream.id,
        DeliveryStreamStatus: "ACTIVE",
        DeliveryStreamType: "DirectPut",
        VersionId: "1",
        HasMoreDestinations: false,
        DeliveryStreamEncryptionConfiguration: {
          Status: isEncrypted(stream) ? "ENABLED" : "DISABLED",
          KeyARN: encryption?.keyArn,
          KeyType: encryption?.keyType,
        },
        Destinations: [
          {
            DestinationId: "destinationId-000000000001",
            ExtendedS3DestinationDescription: {
              RoleARN: s3.roleArn,
              BucketARN: s3.bucketArn,
              Prefix: s3.prefix,
              ErrorOutputPrefix: s3.errorOutputPrefix,
              BufferingHints: {
                SizeInMBs: s3.bufferingSize ?? 5,
                IntervalInSeconds: s3.bufferingInterval ?? 300,
              },
              CompressionFormat: s3.compressionFormat ?? "UNCOMPRESSED",
              EncryptionConfiguration:
                s3.kmsKeyArn === undefined
                  ? { NoEncryptionConfig: "NoEncryption" }
                  : { KMSEncryptionConfig: { AWSKMSKeyARN: s3.kmsKeyArn } },
            },
          },
        ],
      },
    };
  },
  async ListDeliveryStreams(region) {
    const names = region.resources.all(streamType).map(({ outputs }) => outputs.name);
    return { DeliveryStreamNames: names, HasMoreDeliveryStreams: false };
  },
};

function isEncrypted({ inputs }: Resource): boolean {
  return objectOf(inputs, "serverSideEncryption")?.enabled === true;
}
