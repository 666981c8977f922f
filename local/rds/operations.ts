import { AwsError, type Operation, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { textOf } from "../values.ts";
import { zoneName } from "../zones.ts";
import type { DatabaseCluster } from "./cluster.ts";
import { instanceResourceType } from "./cluster-instance.ts";
import { findCluster } from "./running.ts";

const clusterType = "aws:rds/cluster:Cluster";

/** Current roles and states: an instance is available when it performs its role. */
const DescribeDBClusters: Operation = async (region, request) => {
  const wanted = request.input.DBClusterIdentifier as string | undefined;
  const clusters = region.resources.all(clusterType).filter((cluster) => matches(cluster, wanted));
  if (wanted !== undefined && clusters.length === 0) throw clusterNotFound(wanted);
  return { DBClusters: { DBCluster: clusters.map((cluster) => describeCluster(region, cluster)) } };
};

const DescribeDBInstances: Operation = async (region, request) => {
  const wanted = request.input.DBInstanceIdentifier as string | undefined;
  const instances = region.resources
    .all(instanceResourceType)
    .filter((instance) => matches(instance, wanted));
  if (wanted !== undefined && instances.length === 0) {
    throw new AwsError("DBInstanceNotFound", `DBInstance ${wanted} not found.`, 404);
  }
  return { DBInstances: { DBInstance: instances.map((instance) => describeInstance(region, instance)) } };
};

/**
 * Ends the writer by SIGKILL, so that clients and readers experience a real loss; the best reader is promoted.
 * Returns immediately, as RDS does. A requested target is refused: which reader lost nothing is known only
 * afterwards.
 */
const FailoverDBCluster: Operation = async (region, request) => {
  const id = String(request.input.DBClusterIdentifier ?? "");
  const resource = region.resources.get(clusterType, id);
  const cluster = findCluster(region, id);
  if (!resource || !cluster) throw clusterNotFound(id);
  if (request.input.TargetDBInstanceIdentifier !== undefined) {
    throw new AwsError(
      "InvalidParameterValue",
      "TargetDBInstanceIdentifier is not supported by the local region.",
    );
  }
  const writer = cluster.writer;
  const others = [...cluster.instances.values()].filter(
    (instance) => instance !== writer && instance.process,
  );
  if (!writer?.process || others.length === 0) {
    throw new AwsError(
      "InvalidDBClusterStateFault",
      `DB cluster ${id} has no reader that could become the writer.`,
    );
  }
  region.log("database.failover-asked", { cluster: id, writer: writer.name });
  writer.process.kill("SIGKILL");
  return { DBCluster: describeCluster(region, resource) };
};

export const operations: Readonly<Record<string, Operations>> = {
  rds: { DescribeDBClusters, DescribeDBInstances, FailoverDBCluster },
};

function matches(resource: Resource, wanted: string | undefined): boolean {
  return wanted === undefined || resource.id === wanted || resource.outputs.arn === wanted;
}

function clusterNotFound(id: string): AwsError {
  return new AwsError("DBClusterNotFoundFault", `DBCluster ${id} not found.`, 404);
}

function describeCluster(region: Region, resource: Resource): Record<string, unknown> {
  const cluster = findCluster(region, resource.id);
  const members = cluster ? [...cluster.instances.values()] : [];
  const whole =
    members.every((instance) => cluster?.isInRole(instance)) &&
    (members.length === 0 || cluster?.writer !== undefined);
  return {
    DBClusterIdentifier: resource.id,
    DBClusterArn: resource.outputs.arn,
    Status: whole ? "available" : "failing-over",
    Engine: resource.inputs.engine,
    EngineVersion: resource.outputs.engineVersionActual,
    DatabaseName: resource.inputs.databaseName,
    MasterUsername: resource.inputs.masterUsername,
    Endpoint: resource.outputs.endpoint,
    ReaderEndpoint: resource.outputs.readerEndpoint,
    Port: cluster?.settings.port,
    MultiAZ: new Set(members.map((instance) => instance.zone)).size > 1,
    StorageEncrypted: resource.inputs.storageEncrypted ?? false,
    DeletionProtection: resource.inputs.deletionProtection ?? false,
    AvailabilityZones: { AvailabilityZone: resource.outputs.availabilityZones },
    DBClusterMembers: {
      DBClusterMember: members.map((instance) => ({
        DBInstanceIdentifier: instance.name,
        IsClusterWriter: instance === cluster?.writer,
        DBClusterParameterGroupStatus: "in-sync",
        PromotionTier: instance.promotionTier,
      })),
    },
    TagList: { Tag: tagList(resource) },
  };
}

function describeInstance(region: Region, resource: Resource): Record<string, unknown> {
  const cluster: DatabaseCluster | undefined = findCluster(
    region,
    textOf(resource.inputs, "clusterIdentifier") ?? "",
  );
  const instance = cluster?.instances.get(resource.id);
  return {
    DBInstanceIdentifier: resource.id,
    DBInstanceArn: resource.outputs.arn,
    DBInstanceClass: resource.inputs.instanceClass,
    DBClusterIdentifier: resource.inputs.clusterIdentifier,
    DBInstanceStatus: instance && cluster?.isInRole(instance) ? "available" : "rebooting",
    Engine: resource.inputs.engine,
    EngineVersion: resource.outputs.engineVersionActual,
    Endpoint: { Address: resource.outputs.endpoint, Port: resource.outputs.port },
    AvailabilityZone: instance ? zoneName(region, instance.zone) : resource.outputs.availabilityZone,
    PromotionTier: resource.inputs.promotionTier,
    PubliclyAccessible: false,
    TagList: { Tag: tagList(resource) },
  };
}

function tagList(resource: Resource): readonly { readonly Key: string; readonly Value: unknown }[] {
  return Object.entries((resource.inputs.tags as Record<string, unknown>) ?? {}).map(([Key, Value]) => ({
    Key,
    Value,
  }));
}
