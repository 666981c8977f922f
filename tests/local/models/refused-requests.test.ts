import assert from "node:assert/strict";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import {
  AddTrustStoreRevocationsCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { FailoverDBClusterCommand, RDSClient } from "@aws-sdk/client-rds";
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { before, t, test } from "tap";
import { operations as containers } from "../../../local/ecs/index.ts";
import { operations as balancing } from "../../../local/elb/index.ts";
import { readModel } from "../../../local/models/model.ts";
import { findViolations } from "../../../local/models/violations.ts";
import { operations as databases } from "../../../local/rds/index.ts";
import { openEndpoint, type StartedEndpoint } from "../endpoint/started-endpoint.ts";

let started: StartedEndpoint;
before(async () => {
  started = await openEndpoint({ operations: { ...balancing, ...containers, ...databases } });
});
t.teardown(async () => await started[Symbol.asyncDispose]());

/** The code and the message that a real client reads from one refused call. */
async function refusalOf(call: (client: StartedEndpoint["client"]) => Promise<unknown>): Promise<string> {
  const error = await call(started.client).then(
    () => assert.fail("the call was accepted"),
    (thrown: Error) => thrown,
  );
  return `${error.name}: ${error.message}`;
}

const detected = (count: number) => `${count} validation error${count === 1 ? "" : "s"} detected: `;

test("a JSON service names a value that is too long, by the member in lower case", async () => {
  const KeyId = "k".repeat(2049);
  const found = await refusalOf((client) =>
    new KMSClient(client).send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("a") })),
  );
  assert.equal(
    found,
    `ValidationException: ${detected(1)}Value '${KeyId}' at 'keyId' failed to satisfy constraint: ` +
      "Member must have length less than or equal to 2048",
  );
});

test("a JSON service names every mistake at once, a missing member as null", async () => {
  const found = await refusalOf((client) =>
    new FirehoseClient(client).send(
      new PutRecordBatchCommand({ DeliveryStreamName: "a b", Records: undefined }),
    ),
  );
  assert.equal(
    found,
    `ValidationException: ${detected(2)}Value 'a b' at 'deliveryStreamName' failed to satisfy constraint: ` +
      "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; " +
      "Value null at 'records' failed to satisfy constraint: Member must not be null",
  );
});

test("a JSON service refuses a value of another type before any rule", async () => {
  const found = await refusalOf((client) =>
    new ECSClient(client).send(
      new UpdateServiceCommand({ service: "s", desiredCount: "two" as unknown as number }),
    ),
  );
  assert.equal(found, "SerializationException: STRING_VALUE can not be converted to an Integer");
});

test("a value outside an enumeration is refused with the allowed values", async () => {
  const found = await refusalOf((client) =>
    new SSMClient(client).send(
      new PutParameterCommand({ Name: "/a", Value: "secret-value", Type: "Secret" as "String" }),
    ),
  );
  assert.equal(
    found,
    `ValidationException: ${detected(1)}Value 'Secret' at 'type' failed to satisfy constraint: ` +
      "Member must satisfy enum value set: [String, StringList, SecureString]",
  );
});

test("logs and tagging respond with the code that their reference documents", async () => {
  const logs = await refusalOf((client) =>
    new CloudWatchLogsClient(client).send(new CreateLogGroupCommand({ logGroupName: "a b" })),
  );
  assert.match(
    logs,
    /^InvalidParameterException: 1 validation error detected: Value 'a b' at 'logGroupName'/,
  );
  const tagging = await refusalOf((client) =>
    new ResourceGroupsTaggingAPIClient(client).send(
      new GetResourcesCommand({ TagFilters: [{ Key: "", Values: ["x"] }] }),
    ),
  );
  assert.equal(
    tagging,
    `InvalidParameterException: ${detected(1)}Value '' at 'tagFilters.1.member.key' failed to satisfy ` +
      "constraint: Member must have length greater than or equal to 1",
  );
});

test("a Query service reads numbers and lists from its form and refuses those that do not fit", async () => {
  const target = await refusalOf((client) =>
    new ElasticLoadBalancingV2Client(client).send(
      new RegisterTargetsCommand({ TargetGroupArn: "arn:1", Targets: [{ Id: "10.0.0.1", Port: 0 }] }),
    ),
  );
  assert.equal(
    target,
    `ValidationError: ${detected(1)}Value '0' at 'targets.1.member.port' failed to satisfy constraint: ` +
      "Member must have value greater than or equal to 1",
  );
  const page = await refusalOf((client) =>
    new ElasticLoadBalancingV2Client(client).send(new DescribeTargetGroupsCommand({ PageSize: 401 })),
  );
  assert.match(page, /^ValidationError: .*'401' at 'pageSize'.*value less than or equal to 400$/);
});

test("a Query service names a missing member", async () => {
  const revocations = await refusalOf((client) =>
    new ElasticLoadBalancingV2Client(client).send(
      new AddTrustStoreRevocationsCommand({ TrustStoreArn: undefined }),
    ),
  );
  assert.match(revocations, /^ValidationError: .*Value null at 'trustStoreArn'.*Member must not be null$/);
  const failover = await refusalOf((client) =>
    new RDSClient(client).send(new FailoverDBClusterCommand({ DBClusterIdentifier: undefined })),
  );
  assert.equal(failover, "MissingParameter: The request must contain the parameter DBClusterIdentifier");
});

test("IAM refuses a role's name that is longer than 64 characters", async () => {
  const RoleName = "r".repeat(65);
  const found = await refusalOf((client) => new IAMClient(client).send(new GetRoleCommand({ RoleName })));
  assert.equal(
    found,
    `ValidationError: ${detected(1)}Value '${RoleName}' at 'roleName' failed to satisfy constraint: ` +
      "Member must have length less than or equal to 64",
  );
});

test("an unknown member is ignored, as AWS does outside EC2", async () => {
  const parameter = { Name: "/a", Value: "v", Type: "String", Color: "red" } as const;
  await new SSMClient(started.client).send(new PutParameterCommand(parameter));
});

test("S3 refuses parameters and headers that its model does not allow", async () => {
  await started.create("aws:s3/bucket:Bucket", "logs", { bucket: "refused-logs" });
  const list = await refusalOf((client) =>
    new S3Client({ ...client, forcePathStyle: true }).send(
      new ListObjectsV2Command({ Bucket: "refused-logs", MaxKeys: "many" as unknown as number }),
    ),
  );
  assert.match(list, /^InvalidArgument: Value \(many\) for parameter MaxKeys is invalid/);
  const put = await refusalOf((client) =>
    new S3Client({ ...client, forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: "refused-logs", Key: "a", Body: "a", ACL: "everybody" as "private" }),
    ),
  );
  assert.match(put, /^InvalidArgument: Value \(everybody\) for parameter ACL is invalid/);
});

test("a map with thousands of wrong keys is one violation, whose message does not grow with it", async () => {
  const tags = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`€${index}`, "value"]));
  const found = await refusalOf((client) =>
    new CloudWatchLogsClient(client).send(new CreateLogGroupCommand({ logGroupName: "a", tags })),
  );
  assert.match(found, /Map keys must satisfy constraint/);
  assert.ok(found.length < 20_000, `${found.length} characters`);
});

test("a list of many wrong items is refused with a bounded number of violations", async () => {
  const Records = Array.from({ length: 3_000 }, () => ({ Data: undefined }));
  const found = await refusalOf((client) =>
    new FirehoseClient(client).send(new PutRecordBatchCommand({ DeliveryStreamName: "a", Records })),
  );
  assert.ok(found.length < 20_000, `${found.length} characters`);
});

test("no message repeats a collection that contains values the model marks as sensitive", async () => {
  const CommonAttributes = Array.from({ length: 51 }, (_, index) => ({
    AttributeName: `a${index}`,
    AttributeValue: "a secret value",
  }));
  const violations = findViolations(
    readModel("firehose"),
    "CreateDeliveryStream",
    {
      DeliveryStreamName: "a",
      HttpEndpointDestinationConfiguration: {
        EndpointConfiguration: { Url: "https://example.com/" },
        S3Configuration: { RoleARN: "arn:aws:iam::123456789012:role/a", BucketARN: "arn:aws:s3:::a" },
        RequestConfiguration: { CommonAttributes },
      },
    },
    "json",
  );
  assert.equal(violations.length, 1);
  assert.doesNotMatch(JSON.stringify(violations), /a secret value/);
});
