import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { differing } from "../differences.ts";
import type { Network } from "../network/network.ts";
import type { Secrets } from "../secrets.ts";
import { createClusterParameters, createInstanceParameters } from "./parameters.ts";

/** Name of the schema, and of the user that owns it. */
export const databaseName = "platform";

/** Aurora's master user. Only the admin site has its password, and creates the user of all roles with it. */
export const databaseAdministrator = "administrator";

const engine = "aurora-mysql";

interface DatabaseArgs {
  readonly network: Network;
  readonly secrets: Secrets;
}

/** Aurora MySQL: one writer and its readers over the three zones, reachable with TLS only. */
export class Database extends pulumi.ComponentResource {
  readonly cluster: aws.rds.Cluster;
  /** The initial writer first. */
  readonly instances: readonly aws.rds.ClusterInstance[];

  constructor(deployment: Deployment, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Database", "database", {}, opts);
    const subnets = createSubnetGroup(this, deployment, args.network);
    this.cluster = createCluster(this, deployment, { ...args, subnets });
    const parameters = createInstanceParameters(this, deployment);
    const member = (index: number, after: readonly pulumi.Resource[]) =>
      createInstance(this, deployment, { cluster: this.cluster, subnets, parameters, index, after });
    const writer = member(0, []);
    const readers = Array.from({ length: deployment.config.databaseReaders }, (_, index) =>
      member(index + 1, [writer]),
    );
    this.instances = [writer, ...readers];
    this.registerOutputs({});
  }
}

function createSubnetGroup(
  parent: pulumi.Resource,
  { names }: Deployment,
  network: Network,
): aws.rds.SubnetGroup {
  return new aws.rds.SubnetGroup(
    "database",
    {
      name: names.of("database"),
      description: "Isolated subnets of the three zones",
      subnetIds: network.isolatedSubnetIds,
      tags: names.tags("database"),
    },
    { parent },
  );
}

function createCluster(
  parent: pulumi.Resource,
  deployment: Deployment,
  args: DatabaseArgs & { readonly subnets: aws.rds.SubnetGroup },
): aws.rds.Cluster {
  const { config, names } = deployment;
  const type = "aws:rds/cluster:Cluster";
  return new aws.rds.Cluster(
    "database",
    {
      clusterIdentifier: names.of("database"),
      engine,
      engineVersion: config.databaseEngineVersion,
      databaseName,
      masterUsername: databaseAdministrator,
      masterPassword: args.secrets.databaseAdministratorPassword.value,
      port: config.databasePort,
      dbSubnetGroupName: args.subnets.name,
      dbClusterParameterGroupName: createClusterParameters(parent, deployment).name,
      vpcSecurityGroupIds: [args.network.groups.database.id],
      storageEncrypted: true,
      kmsKeyId: args.secrets.key.arn,
      backupRetentionPeriod: config.databaseBackupDays,
      copyTagsToSnapshot: true,
      applyImmediately: true,
      deletionProtection: differing(config, type, "deletionProtection"),
      skipFinalSnapshot: differing(config, type, "skipFinalSnapshot"),
      deleteAutomatedBackups: differing(config, type, "deleteAutomatedBackups"),
      ...(config.production && { finalSnapshotIdentifier: names.of("database-final") }),
      tags: names.tags("database"),
    },
    { parent, protect: differing(config, type, "protect") },
  );
}

interface InstanceArgs {
  readonly cluster: aws.rds.Cluster;
  readonly subnets: aws.rds.SubnetGroup;
  readonly parameters: aws.rds.ParameterGroup;
  readonly index: number;
  readonly after: readonly pulumi.Resource[];
}

function createInstance(
  parent: pulumi.Resource,
  { config, names, place }: Deployment,
  { cluster, subnets, parameters, index, after }: InstanceArgs,
): aws.rds.ClusterInstance {
  const thing = index === 0 ? "database-writer" : `database-reader-${index}`;
  return new aws.rds.ClusterInstance(
    thing,
    {
      identifier: names.of(thing),
      clusterIdentifier: cluster.clusterIdentifier,
      engine,
      engineVersion: config.databaseEngineVersion,
      instanceClass: config.databaseInstanceClass,
      availabilityZone: place.zones[index % place.zones.length] as string,
      // The first instance that a cluster gets is its writer; on failover the lowest tier is preferred.
      promotionTier: Math.min(index, 15),
      dbParameterGroupName: parameters.name,
      dbSubnetGroupName: subnets.name,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: false,
      copyTagsToSnapshot: true,
      applyImmediately: true,
      tags: names.tags(thing),
    },
    { parent, dependsOn: [...after] },
  );
}
