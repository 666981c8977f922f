import assert from "node:assert/strict";
import { test } from "tap";
import { admitResource } from "../../../local/models/resources/validate-resource.ts";
import { AwsError } from "../../../local/operation.ts";
import type { Properties } from "../../../local/resource.ts";

/** AWS's refusal of a resource, as `code: message`. */
function refusalOf(type: string, inputs: Properties, secrets: readonly string[] = []): string {
  try {
    admitResource({ type, inputs, secrets });
  } catch (error) {
    assert.ok(error instanceof AwsError, String(error));
    return `${error.code}: ${error.message}`;
  }
  return "accepted";
}

const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:123456789012:${name}`;
const tooLong = (path: string, value: string, longest: number) =>
  `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ` +
  `Member must have length less than or equal to ${longest}`;

const long = (length: number) => "n".repeat(length);

interface Case {
  readonly what: string;
  readonly type: string;
  readonly inputs: Properties;
  readonly refusal: string | RegExp;
}

/** Names that AWS reserves or finds too long, one case for each service with such a rule. */
const names: readonly Case[] = [
  {
    what: "a load balancer whose name begins with internal-",
    type: "aws:lb/loadBalancer:LoadBalancer",
    inputs: { name: "internal-ingress" },
    refusal: "ValidationError: The load balancer name 'internal-ingress' cannot begin with 'internal-'",
  },
  {
    what: "a load balancer with a name of 33 characters",
    type: "aws:lb/loadBalancer:LoadBalancer",
    inputs: { name: long(33) },
    refusal: `ValidationError: The load balancer name '${long(33)}' cannot be longer than '32' characters`,
  },
  {
    what: "a target group with a name of 33 characters",
    type: "aws:lb/targetGroup:TargetGroup",
    inputs: { name: long(33) },
    refusal: `ValidationError: Target group name '${long(33)}' cannot be longer than '32' characters`,
  },
  {
    what: "a trust store with a name of 33 characters",
    type: "aws:lb/trustStore:TrustStore",
    inputs: { name: long(33), caCertificatesBundleS3Bucket: "b", caCertificatesBundleS3Key: "k" },
    refusal: `ValidationError: ${tooLong("name", long(33), 32)}`,
  },
  {
    what: "a security group whose name begins with sg-",
    type: "aws:ec2/securityGroup:SecurityGroup",
    inputs: { name: "sg-ingress", description: "d" },
    refusal: "InvalidParameterValue: Group names may not be in the format sg-*",
  },
  ...[
    "sthree-access",
    "amzn-s3-demo-access",
    "xn--access",
    "access-s3alias",
    "access--ol-s3",
    "a..b",
    "a",
  ].map((bucket) => ({
    what: `a bucket with the name ${bucket}`,
    type: "aws:s3/bucket:Bucket",
    inputs: { bucket },
    refusal: "InvalidBucketName: The specified bucket is not valid.",
  })),
  {
    what: "a certificate whose first name has 65 octets",
    type: "aws:acm/certificate:Certificate",
    inputs: { domainName: `${long(53)}.example.com` },
    refusal: /^ValidationException: The first domain name \(n+\.example\.com\) cannot exceed 64 octets/,
  },
  ...["aws-a", "ecs-a", "fargate-a"].map((name) => ({
    what: `a capacity provider with the name ${name}`,
    type: "aws:ecs/capacityProvider:CapacityProvider",
    inputs: { name },
    refusal: /^InvalidParameterException: The specified capacity provider name is invalid/,
  })),
  {
    what: "a database cluster with two hyphens in a row",
    type: "aws:rds/cluster:Cluster",
    inputs: { clusterIdentifier: "a--database", engine: "aurora-mysql" },
    refusal: /^InvalidParameterValue: The parameter DBClusterIdentifier is not a valid identifier/,
  },
  {
    what: "a database instance with a name of 64 characters",
    type: "aws:rds/clusterInstance:ClusterInstance",
    inputs: { identifier: long(64), engine: "aurora-mysql", instanceClass: "db.r6g.large" },
    refusal: /^InvalidParameterValue: The parameter DBInstanceIdentifier is not a valid identifier/,
  },
  {
    what: "a replication group with a name of 41 characters",
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    inputs: { replicationGroupId: long(41), description: "d" },
    refusal: /^InvalidParameterValue: The parameter ReplicationGroupId is not a valid identifier/,
  },
  {
    what: "a role with a name of 65 characters",
    type: "aws:iam/role:Role",
    inputs: { name: long(65), assumeRolePolicy: "{}" },
    refusal: `ValidationError: ${tooLong("roleName", long(65), 64)}`,
  },
  {
    what: "a delivery stream with a name of 65 characters",
    type: "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    inputs: { name: long(65) },
    refusal: `ValidationException: ${tooLong("deliveryStreamName", long(65), 64)}`,
  },
  {
    what: "an alarm with a name of 256 characters",
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    inputs: { name: long(256), comparisonOperator: "GreaterThanThreshold", evaluationPeriods: 1 },
    refusal: `ValidationError: ${tooLong("alarmName", long(256), 255)}`,
  },
  {
    what: "a topic with a blank in its name",
    type: "aws:sns/topic:Topic",
    inputs: { name: "a b" },
    refusal: "InvalidParameter: Invalid parameter: Topic Name",
  },
  {
    what: "a log group with a blank in its name",
    type: "aws:cloudwatch/logGroup:LogGroup",
    inputs: { name: "/a b" },
    refusal: /^InvalidParameterException: .*'\/a b' at 'logGroupName'.*regular expression pattern/,
  },
];

/** Values: types, ranges, enumerations and missing members, in nested properties as well. */
const values: readonly Case[] = [
  {
    what: "an instance type that does not exist",
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    inputs: { name: "main", instanceType: "c7i.huge" },
    refusal:
      /^InvalidParameterValue: Value \(c7i\.huge\) for parameter LaunchTemplateData\.InstanceType is invalid/,
  },
  {
    what: "a database instance class that does not exist",
    type: "aws:rds/clusterInstance:ClusterInstance",
    inputs: { identifier: "a", engine: "aurora-mysql", instanceClass: "db.r6g.huge" },
    refusal: "InvalidParameterValue: Invalid DB Instance class: db.r6g.huge",
  },
  {
    what: "an Aurora version that does not exist",
    type: "aws:rds/cluster:Cluster",
    inputs: { clusterIdentifier: "a", engine: "aurora-mysql", engineVersion: "8.0.mysql_aurora.2.10.1" },
    refusal: "InvalidParameterCombination: Cannot find version 8.0.mysql_aurora.2.10.1 for aurora-mysql",
  },
  {
    what: "a cache node type that does not exist",
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    inputs: { replicationGroupId: "a", description: "d", nodeType: "cache.r7g.3xlarge" },
    refusal: "InvalidParameterValue: Invalid Cache Node Type: cache.r7g.3xlarge.",
  },
  {
    what: "a parameter that is to be applied later",
    type: "aws:rds/parameterGroup:ParameterGroup",
    inputs: {
      name: "a",
      family: "aurora-mysql8.0",
      description: "d",
      parameters: [{ name: "max_connections", value: "10", applyMethod: "later" }],
    },
    refusal: /^InvalidParameterValue: Value \(later\) for parameter Parameters\.1\.ApplyMethod is invalid/,
  },
  {
    what: "a Redis version that does not exist",
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    inputs: { replicationGroupId: "a", description: "d", engineVersion: "7.9" },
    refusal: "InvalidParameterCombination: Cannot find version 7.9 for redis",
  },
  {
    what: "a target group on port 0",
    type: "aws:lb/targetGroup:TargetGroup",
    inputs: { name: "a", port: 0 },
    refusal:
      "ValidationError: 1 validation error detected: Value '0' at 'port' failed to satisfy constraint: " +
      "Member must have value greater than or equal to 1",
  },
  {
    what: "a health check every 4 seconds",
    type: "aws:lb/targetGroup:TargetGroup",
    inputs: { name: "a", healthCheck: { interval: 4 } },
    refusal: /'4' at 'healthCheckIntervalSeconds'.*greater than or equal to 5$/,
  },
  {
    what: "a rule without an action",
    type: "aws:lb/listenerRule:ListenerRule",
    inputs: { listenerArn: arn("elasticloadbalancing", "listener/a"), conditions: [] },
    refusal: /Value null at 'actions' failed to satisfy constraint: Member must not be null$/,
  },
  {
    what: "a key that is to be deleted in 366 days",
    type: "aws:kms/key:Key",
    inputs: { deletionWindowInDays: 366 },
    refusal: /^ValidationException: .*'366' at 'pendingWindowInDays'.*less than or equal to 365$/,
  },
  {
    what: "a stream that buffers for more than 900 seconds",
    type: "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    inputs: {
      name: "a",
      extendedS3Configuration: {
        roleArn: "arn:aws:iam::123456789012:role/delivery",
        bucketArn: "arn:aws:s3:::logs",
        bufferingInterval: 901,
      },
    },
    refusal: /'901' at 'extendedS3DestinationConfiguration\.bufferingHints\.intervalInSeconds'/,
  },
  {
    what: "a container whose memory is a word",
    type: "aws:ecs/taskDefinition:TaskDefinition",
    inputs: { family: "a", containerDefinitions: JSON.stringify([{ name: "a", memory: "much" }]) },
    refusal: "SerializationException: STRING_VALUE can not be converted to an Integer",
  },
  {
    what: "a task network mode that does not exist",
    type: "aws:ecs/taskDefinition:TaskDefinition",
    inputs: { family: "a", containerDefinitions: "[]", networkMode: "vpc" },
    refusal:
      /^InvalidParameterException: .*'vpc' at 'networkMode'.*enum value set: \[bridge, host, awsvpc, none\]$/,
  },
  {
    what: "a group of instances without a name",
    type: "aws:autoscaling/group:Group",
    inputs: { name: "", minSize: 0, maxSize: 1 },
    refusal: /^ValidationError: .*Value null at 'autoScalingGroupName'/,
  },
  {
    what: "an unknown encryption of a bucket",
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    inputs: { bucket: "logs", rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "DES" } }] },
    refusal: /^MalformedXML: /,
  },
  {
    what: "a DNS record of an unknown type",
    type: "aws:route53/record:Record",
    inputs: { zoneId: "Z1", name: "a.example.com", type: "B", ttl: 60, records: ["127.0.0.1"] },
    refusal: /^InvalidInput: .*'B' at 'changeBatch\.changes\.1\.member\.resourceRecordSet\.type'/,
  },
];

for (const { what, type, inputs, refusal } of [...names, ...values])
  test(`AWS's refusal of ${what} is the local region's`, async () => {
    const found = refusalOf(type, inputs);
    if (typeof refusal === "string") assert.equal(found, refusal);
    else assert.match(found, refusal);
  });

test("a refusal does not repeat a secret", async () => {
  const inputs = { name: "/a", type: "Secret", value: "v", description: "hidden-text".repeat(100) };
  const found = refusalOf("aws:ssm/parameter:Parameter", inputs, ["description"]);
  assert.match(found, /Value at 'description' failed/);
  assert.doesNotMatch(found, /hidden-text/);
});

test("a nested property that AWS does not have is an error of the program", async () => {
  const inputs = { name: "a", healthCheck: { colour: "red" } };
  assert.throws(() => admitResource({ type: "aws:lb/targetGroup:TargetGroup", inputs, secrets: [] }), {
    code: "DMM_LOCAL_PROPERTY_UNMAPPED",
    message: /colour/,
  });
});
