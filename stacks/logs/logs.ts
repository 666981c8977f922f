import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import type { Statement } from "../policy.ts";
import { createPrivateBucket, type PrivateBucket } from "../private-bucket.ts";
import { createDeliveryStream } from "./delivery.ts";

/** One bucket for all logs, and the delivery stream of the gateways' access logs. */
export class Logs extends pulumi.ComponentResource {
  readonly storage: PrivateBucket;
  readonly stream: aws.kinesis.FirehoseDeliveryStream;
  /** Prefix of the ingress's access logs in the bucket. */
  readonly ingressPrefix = "ingress";

  constructor(deployment: Deployment, key: aws.kms.Key, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Logs", "logs", {}, opts);
    this.storage = createPrivateBucket(this, deployment, {
      thing: "logs",
      expireAfterDays: deployment.config.logRetentionDays,
      allow: (bucketArn) => [ingressWrites(deployment, bucketArn, this.ingressPrefix)],
    });
    this.stream = createDeliveryStream(this, deployment, { bucket: this.storage.bucket, key });
    this.registerOutputs({});
  }
}

/** The service principal of log delivery by load balancers, in every Region. */
function ingressWrites({ place }: Deployment, bucketArn: pulumi.Output<string>, prefix: string): Statement {
  return {
    Sid: "IngressLogs",
    Effect: "Allow",
    Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: pulumi.interpolate`${bucketArn}/${prefix}/AWSLogs/${place.accountId}/*`,
  };
}
