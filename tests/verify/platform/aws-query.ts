import { databaseInstances, failOverCache, failOverDatabase, type PlatformState } from "./state.ts";

/** Load balancing, ElastiCache and RDS: the Query protocol, XML out. */
export function serveQuery(state: PlatformState, operation: string): string {
  switch (operation) {
    case "DescribeTargetHealth":
      return list(
        "TargetHealthDescriptions",
        "member",
        state.tasks,
        () => "<TargetHealth><State>healthy</State></TargetHealth>",
      );
    case "DescribeReplicationGroups":
      return describeCache(state);
    case "DescribeEvents":
      return list("Events", "Event", state.cacheEvents, (message) => `<Message>${message}</Message>`);
    case "TestFailover":
      failOverCache(state);
      return describeCache(state);
    case "DescribeDBClusters":
      return list("DBClusters", "DBCluster", ["standin"], () => describeCluster(state));
    case "DescribeDBInstances":
      return list("DBInstances", "DBInstance", databaseInstances, (id) => describeInstance(state, id));
    case "FailoverDBCluster":
      failOverDatabase(state);
      return `<DBCluster>${describeCluster(state)}</DBCluster>`;
    default:
      throw new Error(`the stand-in has no ${operation}`);
  }
}

function list<Item>(
  outer: string,
  inner: string,
  items: readonly Item[],
  render: (item: Item) => string,
): string {
  return `<${outer}>${items.map((item) => `<${inner}>${render(item)}</${inner}>`).join("")}</${outer}>`;
}

function describeCache(state: PlatformState): string {
  const away = Date.now() < state.cacheAwayUntil;
  const shards = list("NodeGroups", "NodeGroup", ["0001", "0002", "0003"], (shard) => {
    const members = ["001", "002"].map((member) => `cache-${shard}-${member}`);
    // As in cluster mode on AWS: the primary is not named.
    const describe = (id: string): string => `<CacheClusterId>${id}</CacheClusterId>`;
    const status = away && shard === "0001" ? "modifying" : "available";
    return `<NodeGroupId>${shard}</NodeGroupId><Status>${status}</Status>${list("NodeGroupMembers", "NodeGroupMember", members, describe)}`;
  });
  const group = `<ReplicationGroupId>standin</ReplicationGroupId><Status>${away ? "modifying" : "available"}</Status>${shards}`;
  return list("ReplicationGroups", "ReplicationGroup", [group], (text) => text);
}

function describeCluster(state: PlatformState): string {
  const members = list("DBClusterMembers", "DBClusterMember", databaseInstances, (id) => {
    return `<DBInstanceIdentifier>${id}</DBInstanceIdentifier><IsClusterWriter>${id === state.writer}</IsClusterWriter>`;
  });
  return `<DBClusterIdentifier>standin</DBClusterIdentifier><Status>available</Status>${members}`;
}

function describeInstance(state: PlatformState, id: string): string {
  const away = id === databaseInstances[0] && Date.now() < state.writerAwayUntil;
  return `<DBInstanceIdentifier>${id}</DBInstanceIdentifier><DBInstanceStatus>${away ? "rebooting" : "available"}</DBInstanceStatus>`;
}
