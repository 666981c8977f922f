import type { CheckContext } from "../check.ts";
import { VerifyError } from "../errors.ts";

export interface DatabaseCluster {
  readonly status: string;
  readonly writer: string | undefined;
  readonly members: readonly { readonly id: string; readonly status: string }[];
}

/** The current database cluster and its instances according to RDS. */
export async function readDatabase(context: CheckContext): Promise<DatabaseCluster> {
  const rds = await context.aws.rds();
  const { clusterIdentifier } = context.target.outputs.database;
  const [clusters, instances] = await Promise.all([
    rds.describeDBClusters({ DBClusterIdentifier: clusterIdentifier }),
    rds.describeDBInstances({ Filters: [{ Name: "db-cluster-id", Values: [clusterIdentifier] }] }),
  ]);
  const cluster = clusters.DBClusters?.[0];
  if (cluster === undefined)
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", { what: `RDS has no cluster ${clusterIdentifier}` });
  const statuses = new Map(
    (instances.DBInstances ?? []).map((instance) => [
      instance.DBInstanceIdentifier,
      instance.DBInstanceStatus,
    ]),
  );
  const members = cluster.DBClusterMembers ?? [];
  return {
    status: cluster.Status ?? "unknown",
    writer: members.find((member) => member.IsClusterWriter)?.DBInstanceIdentifier,
    members: members.map(({ DBInstanceIdentifier: id = "" }) => ({
      id,
      status: statuses.get(id) ?? "unknown",
    })),
  };
}

export function isWhole(cluster: DatabaseCluster): boolean {
  return cluster.status === "available" && cluster.members.every((member) => member.status === "available");
}

export function describeDatabase(cluster: DatabaseCluster): string {
  const available = cluster.members.filter((member) => member.status === "available").length;
  return `writer ${cluster.writer ?? "none"}, cluster ${cluster.status}, ${available} of ${cluster.members.length} instances available`;
}
