import type { Value } from "../../resource.ts";
import type { Fragment, ResourceMapping, ResourceMappings } from "./mapping.ts";

function setting(
  operation: string,
  properties: ResourceMapping["requests"][0]["properties"],
): ResourceMapping {
  return {
    service: "s3",
    requests: [{ operation, properties: { bucket: "Bucket", ...properties } }],
  };
}

const publicAccess = (name: string) => `PublicAccessBlockConfiguration.${name}`;

/** Tags of an object travel as a query. */
function taggingHeader(value: Value): Fragment {
  return { Tagging: new URLSearchParams(value as Record<string, string>).toString() };
}

/** Simple Storage Service. */
export const storage: ResourceMappings = {
  "aws:s3/bucket:Bucket": {
    service: "s3",
    requests: [
      { operation: "CreateBucket", properties: { bucket: "Bucket" } },
      { operation: "PutBucketTagging", properties: { tags: "Tagging.TagSet" }, assigned: ["Bucket"] },
    ],
    provider: { forceDestroy: "empties the bucket before it is deleted" },
  },
  "aws:s3/bucketVersioning:BucketVersioning": setting("PutBucketVersioning", {
    versioningConfiguration: "VersioningConfiguration",
  }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting("PutPublicAccessBlock", {
    blockPublicAcls: publicAccess("BlockPublicAcls"),
    blockPublicPolicy: publicAccess("BlockPublicPolicy"),
    ignorePublicAcls: publicAccess("IgnorePublicAcls"),
    restrictPublicBuckets: publicAccess("RestrictPublicBuckets"),
  }),
  "aws:s3/bucketPolicy:BucketPolicy": setting("PutBucketPolicy", { policy: "Policy" }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting(
    "PutBucketEncryption",
    { rules: "ServerSideEncryptionConfiguration.Rules" },
  ),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting(
    "PutBucketLifecycleConfiguration",
    { rules: "LifecycleConfiguration.Rules" },
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting("PutBucketOwnershipControls", {
    rule: "OwnershipControls.Rules",
  }),
  "aws:s3/bucketObjectv2:BucketObjectv2": {
    service: "s3",
    requests: [
      {
        operation: "PutObject",
        properties: {
          bucket: "Bucket",
          key: "Key",
          contentType: "ContentType",
          tags: taggingHeader,
        },
      },
    ],
    provider: { content: "is the body", contentBase64: "is the body, encoded" },
  },
};
