import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "./deployment.ts";
import type { Network } from "./network/network.ts";
import type { Secrets } from "./secrets.ts";

interface CacheArgs {
  readonly network: Network;
  readonly secrets: Secrets;
}

/** ElastiCache Redis in cluster mode: shards with replicas over the zones, TLS, AUTH, automatic failover. */
export class Cache extends pulumi.ComponentResource {
  readonly group: aws.elasticache.ReplicationGroup;

  constructor(deployment: Deployment, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Cache", "cache", {}, opts);
    const subnets = createSubnetGroup(this, deployment, args.network);
    const parameters = createParameters(this, deployment);
    this.group = createReplicationGroup(this, deployment, { ...args, subnets, parameters });
    this.registerOutputs({});
  }
}

function createSubnetGroup(parent: pulumi.Resource, { names }: Deployment, network: Network) {
  return new aws.elasticache.SubnetGroup(
    "cache",
    {
      name: names.of("cache"),
      description: "Isolated subnets of the three zones",
      subnetIds: network.isolatedSubnetIds,
      tags: names.tags("cache"),
    },
    { parent },
  );
}

function createParameters(parent: pulumi.Resource, { names }: Deployment) {
  return new aws.elasticache.ParameterGroup(
    "cache",
    {
      name: names.of("cache"),
      family: "redis7",
      description: "Cluster mode; a full cache refuses writes instead of forgetting tokens",
      parameters: [
        { name: "cluster-enabled", value: "yes" },
        { name: "maxmemory-policy", value: "noeviction" },
      ],
      tags: names.tags("cache"),
    },
    { parent },
  );
}

interface ReplicationGroupArgs extends CacheArgs {
  readonly subnets: aws.elasticache.SubnetGroup;
  readonly parameters: aws.elasticache.ParameterGroup;
}

function createReplicationGroup(
  parent: pulumi.Resource,
  { config, names }: Deployment,
  { network, secrets, subnets, parameters }: ReplicationGroupArgs,
): aws.elasticache.ReplicationGroup {
  return new aws.elasticache.ReplicationGroup(
    "cache",
    {
      replicationGroupId: names.of("cache"),
      description: `Tokens of ${config.environment}`,
      engine: "redis",
      engineVersion: config.cacheEngineVersion,
      nodeType: config.cacheNodeType,
      port: config.cachePort,
      clusterMode: "enabled",
      numNodeGroups: config.cacheShards,
      replicasPerNodeGroup: config.cacheReplicas,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      subnetGroupName: subnets.name,
      parameterGroupName: parameters.name,
      securityGroupIds: [network.groups.cache.id],
      atRestEncryptionEnabled: true,
      kmsKeyId: secrets.key.arn,
      transitEncryptionEnabled: true,
      authToken: secrets.redisAuthToken.value,
      autoMinorVersionUpgrade: false,
      applyImmediately: true,
      tags: names.tags("cache"),
    },
    { parent },
  );
}
