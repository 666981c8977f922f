import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { objectsOf } from "./objects.ts";

const encryptionType =
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

/** A setting of a bucket: recorded under the bucket's name, refused for a bucket that does not exist. */
function setting(
  type: string,
  inputs: readonly string[],
  more: { readonly defaults?: Properties; validate?(inputs: Properties): readonly CheckFailure[] } = {},
): ResourceHandler {
  return recorded(type, {
    inputs: ["bucket", ...inputs],
    replaceOn: ["bucket"],
    computed: [],
    defaults: () => ({ ...more.defaults }),
    ...(more.validate ? { validate: more.validate } : {}),
    id: (_region, request) => String(request.inputs.bucket),
    admit(region, request) {
      if (objectsOf(region).hasBucket(String(request.inputs.bucket))) return;
      throw new AwsError(
        "NoSuchBucket",
        `The specified bucket does not exist: ${request.inputs.bucket}.`,
        404,
      );
    },
  });
}

/** Bucket policies name principals, as trust policies do, so only their form is checked here. */
function validatePolicy({ policy }: Properties): readonly CheckFailure[] {
  if (typeof policy !== "string") return [];
  try {
    const document = JSON.parse(policy) as { Statement?: unknown };
    if (Array.isArray(document.Statement) && document.Statement.length > 0) return [];
    return [{ property: "policy", reason: "it has no Statement." }];
  } catch (error) {
    // An unknown value in a preview is a marker, not JSON; its form does not distinguish it from a mistake.
    return policy.trimStart().startsWith("{")
      ? [{ property: "policy", reason: `it is not JSON: ${(error as Error).message}.` }]
      : [];
  }
}

/** Encryption headers in responses about an object: every new object is encrypted, by default with SSE-S3. */
export function encryptionOf(region: Region, bucket: string): Record<string, string> {
  const rules = region.resources.get(encryptionType, bucket)?.inputs.rules as
    | readonly { applyServerSideEncryptionByDefault?: { sseAlgorithm?: string; kmsMasterKeyId?: string } }[]
    | undefined;
  const wanted = rules?.[0]?.applyServerSideEncryptionByDefault;
  const key = wanted?.kmsMasterKeyId;
  return {
    "x-amz-server-side-encryption": wanted?.sseAlgorithm ?? "AES256",
    ...(key === undefined ? {} : { "x-amz-server-side-encryption-aws-kms-key-id": key }),
  };
}

/**
 * Settings of buckets that are recorded. Nothing here runs on a schedule: the shortest lifecycle is a day. No
 * environment is reachable for clients that public access would admit.
 */
export const bucketSettings: readonly ResourceHandler[] = [
  setting(
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"],
    {
      defaults: {
        blockPublicAcls: false,
        blockPublicPolicy: false,
        ignorePublicAcls: false,
        restrictPublicBuckets: false,
      },
    },
  ),
  setting("aws:s3/bucketPolicy:BucketPolicy", ["policy"], { validate: validatePolicy }),
  setting(encryptionType, ["rules"]),
  setting("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", ["rules"]),
  setting("aws:s3/bucketOwnershipControls:BucketOwnershipControls", ["rule"]),
];
