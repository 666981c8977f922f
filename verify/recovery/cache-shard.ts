import type { CheckContext } from "../check.ts";
import { VerifyError } from "../errors.ts";
import { explainError } from "../explain-error.ts";

/** One shard as ElastiCache describes it. In cluster mode it does not report which member is the primary. */
export interface CacheShard {
  readonly id: string;
  readonly available: boolean;
  readonly members: number;
}

/** The current shards of the platform's cache according to ElastiCache. */
export async function readShards(context: CheckContext): Promise<readonly CacheShard[]> {
  const cache = await context.aws.elastiCache();
  const { replicationGroupId } = context.target.outputs.cache;
  const response = await cache.describeReplicationGroups({ ReplicationGroupId: replicationGroupId });
  const group = response.ReplicationGroups?.[0];
  if (group === undefined)
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `ElastiCache has no replication group ${replicationGroupId}`,
    });
  return (group.NodeGroups ?? []).map((shard) => ({
    id: shard.NodeGroupId ?? "",
    available: group.Status === "available" && shard.Status === "available",
    members: (shard.NodeGroupMembers ?? []).length,
  }));
}

/**
 * Reads ElastiCache's own report of a failover since then; a region without events is noted once in the evidence.
 */
export function createFailoverReport(context: CheckContext, since: Date): () => Promise<string | undefined> {
  let hasNoEvents = false;
  return async () => {
    if (hasNoEvents) return undefined;
    const cache = await context.aws.elastiCache();
    const { replicationGroupId } = context.target.outputs.cache;
    try {
      const response = await cache.describeEvents({
        SourceType: "replication-group",
        SourceIdentifier: replicationGroupId,
        StartTime: since,
      });
      const messages = (response.Events ?? []).map((event) => event.Message ?? "");
      return messages.find((message) => /failover.*complete/i.test(message));
    } catch (error) {
      hasNoEvents = true;
      context.evidence.record("ElastiCache returned no events", explainError(error));
      return undefined;
    }
  };
}
