import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { createPrivateBucket } from "../private-bucket.ts";

/** Client authentication of an environment: the certificates that the ingress accepts. */
export interface InsiderTrust {
  readonly bucket: aws.s3.Bucket;
  readonly trustStore: aws.lb.TrustStore;
  /** The first revocation list. The listener depends on it, so that it never serves without one. */
  readonly revocation: aws.lb.TrustStoreRevocation;
}

/** Trusts the operator's authority; undefined in production, which has none. */
export function createInsiderTrust(
  parent: pulumi.Resource,
  deployment: Deployment,
): InsiderTrust | undefined {
  const { names, config } = deployment;
  const { insiderAuthority, revocationList } = config;
  if (insiderAuthority === undefined || revocationList === undefined) return undefined;
  const { bucket } = createPrivateBucket(parent, deployment, { thing: "access" });
  const upload = (key: string, content: string) => uploadPem(parent, { deployment, bucket, key, content });
  const authority = upload("authority.pem", insiderAuthority);
  const revoked = upload("revoked-0.crl", revocationList);
  const trustStore = new aws.lb.TrustStore(
    "insiders",
    {
      name: names.of("insiders"),
      caCertificatesBundleS3Bucket: bucket.bucket,
      caCertificatesBundleS3Key: authority.key,
      tags: names.tags("insiders"),
    },
    { parent },
  );
  const revocation = new aws.lb.TrustStoreRevocation(
    "insiders",
    { trustStoreArn: trustStore.arn, revocationsS3Bucket: bucket.bucket, revocationsS3Key: revoked.key },
    { parent },
  );
  return { bucket, trustStore, revocation };
}

interface UploadArgs {
  readonly deployment: Deployment;
  readonly bucket: aws.s3.Bucket;
  readonly key: string;
  readonly content: string;
}

function uploadPem(
  parent: pulumi.Resource,
  { deployment, bucket, key, content }: UploadArgs,
): aws.s3.BucketObjectv2 {
  return new aws.s3.BucketObjectv2(
    key,
    {
      bucket: bucket.bucket,
      key,
      content,
      contentType: "application/x-pem-file",
      tags: deployment.names.tags("access"),
    },
    { parent },
  );
}
