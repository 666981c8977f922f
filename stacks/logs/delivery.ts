import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { createRole, grant } from "../role.ts";

/** Prefixes of the gateways' access logs and of failed deliveries in the bucket. */
const prefix = "gateway/";
const failedPrefix = "gateway-failed/";

interface DeliveryArgs {
  readonly bucket: aws.s3.Bucket;
  readonly key: aws.kms.Key;
}

/** Firehose from the gateways to the bucket: within a minute, compressed, encrypted with the environment's key. */
export function createDeliveryStream(
  parent: pulumi.Resource,
  deployment: Deployment,
  { bucket, key }: DeliveryArgs,
): aws.kinesis.FirehoseDeliveryStream {
  const { names } = deployment;
  const role = createRole(parent, deployment, {
    thing: "delivery",
    service: "firehose.amazonaws.com",
    description: "Firehose writes access logs",
  });
  const policy = allowDelivery(parent, deployment, { bucket, key, role });
  return new aws.kinesis.FirehoseDeliveryStream(
    "access-log",
    {
      name: names.of("access-log"),
      destination: "extended_s3",
      serverSideEncryption: { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn: key.arn },
      extendedS3Configuration: {
        roleArn: role.arn,
        bucketArn: bucket.arn,
        prefix,
        errorOutputPrefix: failedPrefix,
        bufferingInterval: 60,
        bufferingSize: 5,
        compressionFormat: "GZIP",
        kmsKeyArn: key.arn,
      },
      tags: names.tags("access-log"),
    },
    { parent, dependsOn: [policy] },
  );
}

function allowDelivery(
  parent: pulumi.Resource,
  deployment: Deployment,
  { bucket, key, role }: DeliveryArgs & { readonly role: aws.iam.Role },
): aws.iam.RolePolicy {
  const objects = [prefix, failedPrefix].map((start) => pulumi.interpolate`${bucket.arn}/${start}*`);
  const statements = [
    { Effect: "Allow", Action: ["s3:PutObject", "s3:AbortMultipartUpload"], Resource: objects },
    {
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: bucket.arn,
    },
    { Effect: "Allow", Action: ["kms:GenerateDataKey", "kms:Decrypt"], Resource: key.arn },
  ] as const;
  return grant(parent, deployment, { thing: "delivery", role, statements });
}
