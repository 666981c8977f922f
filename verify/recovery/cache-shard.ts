import type { NodeGroup } from "@aws-sdk/client-elasticache";
import type { CheckContext } from "../check.ts";
import { noControl } from "../errors.ts";

export interface CacheShard {
  readonly id: string;
  readonly available: boolean;
  readonly members: number;
  /** The primary's id; undefined where AWS does not tell (it does not in every mode of the cluster). */
  readonly primary: string | undefined;
}

/** The shards of the platform's cache as ElastiCache sees them now. */
export async function readShards(context: CheckContext): Promise<readonly CacheShard[]> {
  const cache = await context.aws.elastiCache();
  const { replicationGroupId } = context.target.outputs.cache;
  const answer = await cache.describeReplicationGroups({ ReplicationGroupId: replicationGroupId });
  const group = answer.ReplicationGroups?.[0];
  if (group === undefined) throw noControl(`ElastiCache knows no replication group ${replicationGroupId}`);
  return (group.NodeGroups ?? []).map((shard) => readShard(shard, group.Status === "available"));
}

function readShard(shard: NodeGroup, groupAvailable: boolean): CacheShard {
  const members = shard.NodeGroupMembers ?? [];
  const primary = members.find((member) => member.CurrentRole === "primary");
  return {
    id: shard.NodeGroupId ?? "",
    available: groupAvailable && shard.Status === "available",
    members: members.length,
    primary: primary?.CacheClusterId,
  };
}

/** Whether ElastiCache has reported a failover of the group since then. */
export async function readFailoverEvent(context: CheckContext, since: Date): Promise<string | undefined> {
  const cache = await context.aws.elastiCache();
  const answer = await cache.describeEvents({
    SourceType: "replication-group",
    SourceIdentifier: context.target.outputs.cache.replicationGroupId,
    StartTime: since,
  });
  return (answer.Events ?? [])
    .map((event) => event.Message ?? "")
    .find((message) => /failover.*complete/i.test(message));
}
