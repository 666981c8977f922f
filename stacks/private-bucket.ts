import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "./deployment.ts";
import { differing } from "./differences.ts";
import { policyDocument, type Statement } from "./policy.ts";

/** A bucket, and the policy that writers must depend on. */
export interface PrivateBucket {
  readonly bucket: aws.s3.Bucket;
  readonly policy: aws.s3.BucketPolicy;
}

interface PrivateBucketArgs {
  readonly thing: string;
  /** Objects are deleted after this many days; absent: never. */
  readonly expireAfterDays?: number;
  /** Permissions beyond the account's own roles. */
  readonly allow?: (bucketArn: pulumi.Output<string>) => readonly Statement[];
}

/** A bucket without public access, encrypted, TLS only, without incomplete uploads. */
export function createPrivateBucket(
  parent: pulumi.Resource,
  deployment: Deployment,
  { thing, expireAfterDays, allow = () => [] }: PrivateBucketArgs,
): PrivateBucket {
  const { names, config } = deployment;
  const opts = { parent };
  const bucket = new aws.s3.Bucket(
    thing,
    {
      bucket: names.bucket(thing),
      forceDestroy: differing(config, "aws:s3/bucket:Bucket", "forceDestroy"),
      tags: names.tags(thing),
    },
    opts,
  );
  const block = blockPublicAccess(thing, bucket, opts);
  encrypt(thing, bucket, opts);
  expire(thing, bucket, expireAfterDays, opts);
  // S3 refuses a policy while the public access block of the same bucket is being written.
  const policy = new aws.s3.BucketPolicy(
    thing,
    { bucket: bucket.bucket, policy: policyDocument([...allow(bucket.arn), tlsOnly(bucket.arn)]) },
    { ...opts, dependsOn: [block] },
  );
  return { bucket, policy };
}

function blockPublicAccess(thing: string, bucket: aws.s3.Bucket, opts: pulumi.CustomResourceOptions) {
  return new aws.s3.BucketPublicAccessBlock(
    thing,
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  );
}

/** With S3's own keys: load balancers cannot write their logs under a customer's key. */
function encrypt(thing: string, bucket: aws.s3.Bucket, opts: pulumi.CustomResourceOptions) {
  const rule = { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
  new aws.s3.BucketServerSideEncryptionConfiguration(thing, { bucket: bucket.bucket, rules: [rule] }, opts);
}

function expire(
  thing: string,
  bucket: aws.s3.Bucket,
  days: number | undefined,
  opts: pulumi.CustomResourceOptions,
) {
  const everything = { status: "Enabled", filter: { prefix: "" } };
  const rules = [
    { ...everything, id: "abort-uploads", abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } },
    ...(days === undefined ? [] : [{ ...everything, id: "expire", expiration: { days } }]),
  ];
  new aws.s3.BucketLifecycleConfiguration(thing, { bucket: bucket.bucket, rules }, opts);
}

function tlsOnly(bucketArn: pulumi.Output<string>): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
