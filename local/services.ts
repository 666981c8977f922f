import { certificate, certificateValidation } from "./acm/certificate.ts";
import { acmOperations } from "./acm/operations.ts";
import { monitoringResourceHandlers } from "./cloudwatch/resource-handlers.ts";
import { firehoseOperations } from "./firehose/operations.ts";
import { buffersOf, deliveryStream } from "./firehose/stream.ts";
import { iamOperations } from "./iam/operations.ts";
import { iamResourceHandlers } from "./iam/roles.ts";
import { alias } from "./kms/alias.ts";
import { key } from "./kms/key.ts";
import { kmsOperations } from "./kms/operations.ts";
import type { Operations } from "./operation.ts";
import type { Region } from "./region.ts";
import type { ResourceHandler } from "./resource-handler.ts";
import { record } from "./route53/record.ts";
import { bucket } from "./s3/bucket.ts";
import { bucketObject } from "./s3/object.ts";
import { bucketSettings } from "./s3/settings.ts";
import { ssmOperations } from "./ssm/operations.ts";
import { parameter } from "./ssm/parameter.ts";
import { stsOperations } from "./sts.ts";
import { taggingOperations } from "./tagging.ts";

/** Resource types that the region's own services provision. */
export const handlers: readonly ResourceHandler[] = [
  bucket,
  ...bucketSettings,
  bucketObject,
  key,
  alias,
  parameter,
  deliveryStream,
  ...monitoringResourceHandlers,
  ...iamResourceHandlers,
  certificate,
  certificateValidation,
  record,
];

/** API operations by signing name; S3 has its own protocol in `s3/api.ts`. */
export const operations: Readonly<Record<string, Operations>> = {
  acm: acmOperations,
  firehose: firehoseOperations,
  iam: iamOperations,
  kms: kmsOperations,
  ssm: ssmOperations,
  sts: stsOperations,
  tagging: taggingOperations,
};

/** Writes pending data of services before the region ends. */
export async function flushServices(region: Region): Promise<void> {
  await Promise.all([...buffersOf(region).values()].map((buffer) => buffer.flush()));
}
