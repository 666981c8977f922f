import assert from "node:assert/strict";
import { test } from "tap";
import { arnOf, deploy, environmentConfig } from "./deployed.ts";

const environment = await deploy(environmentConfig);
const arn = (name: string) => `arn:aws:mock:eu-west-1:123456789012:${name}`;

test("Aurora has one writer and three readers over the three zones", async () => {
  const instances = environment.all("aws:rds/clusterInstance:ClusterInstance");
  assert.deepEqual(
    instances.map(({ inputs }) => [inputs.identifier, inputs.availabilityZone, inputs.promotionTier]),
    [
      ["feature-x-database-writer", "eu-west-1a", 0],
      ["feature-x-database-reader-1", "eu-west-1b", 1],
      ["feature-x-database-reader-2", "eu-west-1c", 2],
      ["feature-x-database-reader-3", "eu-west-1a", 3],
    ],
  );
  for (const { inputs } of instances) assert.equal(inputs.publiclyAccessible, false);
  const [writer, ...readers] = instances;
  const waits = (instance: typeof writer) =>
    instance?.dependencies.some((urn) => urn.endsWith("ClusterInstance::database-writer"));
  assert.equal(waits(writer), false, "the first instance that a cluster gets is its writer");
  assert.ok(readers.length === 3 && readers.every(waits));
});

test("Aurora is encrypted with the environment's key and accepts TLS connections only", async () => {
  const cluster = environment.one("aws:rds/cluster:Cluster", "database").inputs;
  assert.equal(cluster.storageEncrypted, true);
  assert.equal(cluster.kmsKeyId, arnOf("aws:kms/key:Key", "platform"));
  const group = environment.one("aws:rds/clusterParameterGroup:ClusterParameterGroup", "database").inputs;
  assert.ok(
    group.parameters.some(
      (it: { name: string; value: string }) => it.name === "require_secure_transport" && it.value === "ON",
    ),
  );
});

test("Redis has three shards with a replica each, fails over automatically, and requires TLS and a password", async () => {
  const { inputs } = environment.one("aws:elasticache/replicationGroup:ReplicationGroup", "cache");
  assert.equal(inputs.numNodeGroups, 3);
  assert.equal(inputs.replicasPerNodeGroup, 1);
  for (const property of [
    "automaticFailoverEnabled",
    "multiAzEnabled",
    "transitEncryptionEnabled",
    "atRestEncryptionEnabled",
  ]) {
    assert.equal(inputs[property], true, property);
  }
  assert.ok(inputs.authToken.length > 0);
  const { parameters } = environment.one("aws:elasticache/parameterGroup:ParameterGroup", "cache").inputs;
  assert.ok(
    parameters.some(
      (it: { name: string; value: string }) => it.name === "cluster-enabled" && it.value === "yes",
    ),
  );
});

test("data stores are in isolated subnets", async () => {
  const isolated = [1, 2, 3].map((zone) => `subnet-isolated-${zone}`);
  assert.deepEqual(environment.one("aws:rds/subnetGroup:SubnetGroup", "database").inputs.subnetIds, isolated);
  assert.deepEqual(
    environment.one("aws:elasticache/subnetGroup:SubnetGroup", "cache").inputs.subnetIds,
    isolated,
  );
});

test("credentials are generated once by AWS and kept as SecureStrings under the environment's key", async () => {
  const parameters = environment.all("aws:ssm/parameter:Parameter");
  assert.deepEqual(
    parameters.map((it) => it.inputs.name),
    [
      "database-password",
      "database-administrator-password",
      "redis-auth-token",
      "verifier-secret",
      "client-secret-key",
    ].map((thing) => `/dmm-env/feature-x/${thing}`),
  );
  for (const { inputs, ignoreChanges, secrets } of parameters) {
    assert.equal(inputs.type, "SecureString");
    assert.equal(inputs.keyId, "key-1");
    assert.deepEqual(ignoreChanges, ["value"]);
    assert.ok(secrets.includes("value"));
  }
});

test("credentials stay secret wherever they are used, and are no output", async () => {
  assert.ok(environment.one("aws:rds/cluster:Cluster", "database").secrets.includes("masterPassword"));
  assert.ok(
    environment
      .one("aws:elasticache/replicationGroup:ReplicationGroup", "cache")
      .secrets.includes("authToken"),
  );
  assert.ok(!JSON.stringify(environment.outputs).includes("a-random-password"));
});

test("logs are kept for the configured time, in CloudWatch and in the bucket", async () => {
  const deployed = await deploy({ ...environmentConfig, logRetentionDays: "14" });
  for (const { inputs } of deployed.all("aws:cloudwatch/logGroup:LogGroup"))
    assert.equal(inputs.retentionInDays, 14);
  const { rules } = deployed.one(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "logs",
  ).inputs;
  assert.ok(rules.some((it: { expiration?: { days: number } }) => it.expiration?.days === 14));
});

test("access logs are delivered compressed and encrypted within a minute", async () => {
  const { inputs } = environment.one(
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    "access-log",
  );
  assert.equal(inputs.serverSideEncryption.keyArn, arnOf("aws:kms/key:Key", "platform"));
  assert.equal(inputs.extendedS3Configuration.compressionFormat, "GZIP");
  assert.equal(inputs.extendedS3Configuration.bufferingInterval, 60);
  assert.equal(inputs.extendedS3Configuration.kmsKeyArn, arnOf("aws:kms/key:Key", "platform"));
});

test("every shard, the database, the ingress and the delivery have an alarm that reaches the topic", async () => {
  const alarms = environment.all("aws:cloudwatch/metricAlarm:MetricAlarm");
  const shards = [1, 2, 3].flatMap((shard) => [`cache-${shard}-memory`, `cache-${shard}-lag`]);
  const others = [
    "ingress-errors",
    "gateway-errors",
    "gateway-unhealthy",
    "database-lag",
    "delivery-failures",
  ];
  assert.deepEqual(alarms.map((it) => it.name).sort(), [...shards, ...others].sort());
  for (const { inputs } of alarms) assert.deepEqual(inputs.alarmActions, [arn("alarms")]);
});

test("a shard's alarm watches every node of the shard by ElastiCache's name", async () => {
  const { inputs } = environment.one("aws:cloudwatch/metricAlarm:MetricAlarm", "cache-2-lag");
  const nodes = inputs.metricQueries.flatMap((it: { metric?: { dimensions: Record<string, string> } }) =>
    it.metric ? [it.metric.dimensions.CacheClusterId] : [],
  );
  assert.deepEqual(nodes, ["feature-x-cache-0002-001", "feature-x-cache-0002-002"]);
  assert.equal(inputs.metricQueries[0].expression, "MAX([m1,m2])");
});
