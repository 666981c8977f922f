import assert from "node:assert/strict";
import { FirehoseClient, PutRecordCommand } from "@aws-sdk/client-firehose";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { test } from "tap";
import { startProviders } from "../../../local/provider/start.ts";
import { handlers } from "../../../local/services.ts";
import { openEndpoint } from "../endpoint/started-endpoint.ts";
import { collectSteps, startEngine } from "../provider/engine.ts";

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** One of each resource that the services provision, connected as in the platform. */
function program(secretValue: string) {
  return async () => {
    const tags = { "dmm:environment": "x" };
    const key = new aws.kms.Key("main", {
      description: "x",
      deletionWindowInDays: 7,
      enableKeyRotation: true,
      tags,
    });
    new aws.kms.Alias("main", { name: "alias/x", targetKeyId: key.keyId });
    const value = pulumi.secret(secretValue);
    new aws.ssm.Parameter("secret", { name: "/x/secret", type: "SecureString", keyId: key.arn, value, tags });
    const bucket = new aws.s3.Bucket("logs", { bucket: "x-logs", forceDestroy: true, tags });
    new aws.s3.BucketPublicAccessBlock("logs", {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
    });
    new aws.s3.BucketServerSideEncryptionConfiguration("logs", {
      bucket: bucket.bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    new aws.s3.BucketLifecycleConfiguration("logs", {
      bucket: bucket.bucket,
      rules: [{ id: "expire", status: "Enabled", filter: {}, expiration: { days: 7 } }],
    });
    const statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucket.arn}/*`,
    };
    new aws.s3.BucketPolicy("logs", {
      bucket: bucket.bucket,
      policy: pulumi.jsonStringify({ Statement: [statement] }),
    });
    new aws.s3.BucketObjectv2("list", { bucket: bucket.bucket, key: "list.pem", content: "one", tags });
    const role = new aws.iam.Role("delivery", {
      name: "x-delivery",
      assumeRolePolicy: trust("firehose.amazonaws.com"),
      tags,
    });
    const allowed = {
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucket.arn}/*`,
    };
    new aws.iam.RolePolicy("delivery", {
      role: role.name,
      policy: pulumi.jsonStringify({ Statement: [allowed] }),
    });
    const policyArn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";
    new aws.iam.RolePolicyAttachment("delivery", { role: role.name, policyArn });
    new aws.iam.InstanceProfile("instances", { role: role.name, tags });
    const extendedS3Configuration = {
      roleArn: role.arn,
      bucketArn: bucket.arn,
      compressionFormat: "GZIP",
      kmsKeyArn: key.arn,
    };
    new aws.kinesis.FirehoseDeliveryStream("access", {
      name: "x",
      destination: "extended_s3",
      extendedS3Configuration,
      tags,
    });
    new aws.cloudwatch.LogGroup("gateway", { name: "/x/gateway", retentionInDays: 7, tags });
    const topic = new aws.sns.Topic("alarms", { name: "x-alarms", tags });
    new aws.cloudwatch.MetricAlarm("errors", {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      threshold: 5,
      metricQueries: [{ id: "e", expression: "1 + 1", label: "two", returnData: true }],
      alarmActions: [topic.arn],
      tags,
    });
    const certificate = new aws.acm.Certificate("c", {
      domainName: "x.example",
      validationMethod: "DNS",
      keyAlgorithm: "EC_prime256v1",
      tags,
    });
    const option = certificate.domainValidationOptions[0]!;
    const record = new aws.route53.Record("c", {
      zoneId: "Z1",
      name: option.resourceRecordName,
      type: option.resourceRecordType,
      records: [option.resourceRecordValue],
      ttl: 60,
    });
    new aws.acm.CertificateValidation("c", {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    });
  };
}

test("a program of all resources is created, stays unchanged, is refreshed, changed and deleted", {
  timeout: 120_000,
}, async () => {
  await using started = await openEndpoint();
  const { region, client } = started;
  const providers = await startProviders(region, handlers);
  await using engine = await startEngine(providers, program("first value"));
  const { stack } = engine;
  try {
    await stack.up({ onOutput: () => {} });
    const again = collectSteps();
    await stack.preview({ onEvent: again.onEvent });
    assert.deepEqual(again.steps, []);
    const state = await engine.readStateFile();
    assert.doesNotMatch(state, /first value/);

    // Outside Pulumi; the refresh must detect it, and nothing else.
    await new SSMClient(client).send(
      new PutParameterCommand({ Name: "/x/secret", Value: "by hand", Overwrite: true }),
    );
    await new FirehoseClient(client).send(
      new PutRecordCommand({ DeliveryStreamName: "x", Record: { Data: Buffer.from("a") } }),
    );
    await stack.refresh({ onOutput: () => {} });
    const drift = collectSteps();
    await stack.preview({ onEvent: drift.onEvent });
    assert.deepEqual(drift.steps, ["update aws:ssm/parameter:Parameter secret"]);

    await stack.destroy({ onOutput: () => {} });
    const left = region.resources.everything().filter(({ type }) => type.startsWith("aws:"));
    assert.deepEqual(
      left.map(({ id }) => id),
      [],
    );
  } finally {
    await providers.close();
  }
});
