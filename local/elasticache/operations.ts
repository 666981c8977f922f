import { makeArn } from "../arn.ts";
import { AwsError, type Operation, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { flagOf, numberOf, textOf } from "../values.ts";
import { zoneName } from "../zones.ts";
import type { NodeView } from "./cluster-view.ts";
import { DescribeEvents, recordEvent } from "./events.ts";
import { findCluster } from "./running.ts";
import { slotsOf } from "./topology.ts";

const type = "aws:elasticache/replicationGroup:ReplicationGroup";

/**
 * Describes groups as the live cluster sees them: a node that does not respond makes its node group `modifying`.
 */
const DescribeReplicationGroups: Operation = async (region, request) => {
  const wanted = request.input.ReplicationGroupId as string | undefined;
  const groups = region.resources.all(type).filter((group) => wanted === undefined || group.id === wanted);
  if (wanted !== undefined && groups.length === 0) throw notFound(wanted);
  return {
    ReplicationGroups: {
      ReplicationGroup: await Promise.all(groups.map((group) => describe(region, group))),
    },
  };
};

/**
 * Ends the primary of one node group, like ElastiCache's TestFailover: here by SIGKILL, so that clients and
 * replica experience a real loss. Returns immediately; the group's status shows when it is complete again.
 */
const TestFailover: Operation = async (region, request) => {
  const id = String(request.input.ReplicationGroupId ?? "");
  const shard = String(request.input.NodeGroupId ?? "");
  const group = region.resources.get(type, id);
  const cluster = findCluster(region, id);
  if (!group || !cluster) throw notFound(id);
  const members = cluster.nodes.filter((node) => node.shard === shard);
  if (members.length === 0)
    throw new AwsError("NodeGroupNotFoundFault", `Node group ${shard} of ${id} not found.`, 404);
  const view = await cluster.view();
  const primary = members.find((node) => roleOf(view, node.address) === "primary");
  const whole = primary && members.length > 1 && members.every((node) => isReachable(view, node.address));
  if (!whole) {
    throw new AwsError(
      "InvalidReplicationGroupState",
      `Node group ${shard} of ${id} is not whole; it has no replica that could take over.`,
    );
  }
  region.log("cache.test-failover", { node: primary.name });
  recordEvent(region, ["replication-group", id], `Test Failover API called for node group ${shard}`);
  cluster.process(primary)?.kill("SIGKILL");
  return { ReplicationGroup: await describe(region, group) };
};

const ModifyReplicationGroup: Operation = async (_region, request) => {
  const asked = Object.keys(request.input).filter(
    (name) => name !== "ReplicationGroupId" && name !== "ApplyImmediately",
  );
  throw new AwsError(
    "InvalidParameterCombination",
    `Change ${asked.join(", ") || "a replication group"} through the program; the local region does not modify it by this call.`,
  );
};

export const operations: Readonly<Record<string, Operations>> = {
  elasticache: { DescribeReplicationGroups, DescribeEvents, TestFailover, ModifyReplicationGroup },
};

function notFound(id: string): AwsError {
  return new AwsError("ReplicationGroupNotFoundFault", `ReplicationGroup ${id} not found.`, 404);
}

async function describe(region: Region, group: Resource): Promise<Record<string, unknown>> {
  const cluster = findCluster(region, group.id);
  const port = numberOf(group.inputs, "port") ?? 6379;
  const nodes = cluster?.nodes ?? [];
  const views = await Promise.all(
    nodes.map(async (node) => ({ node, view: (await cluster?.viewOf(node)) ?? [] })),
  );
  const shards = [...new Set(nodes.map((node) => node.shard))];
  const nodeGroups = shards.map((shard, index) => {
    const members = nodes.filter((node) => node.shard === shard);
    // A node of another shard that does not respond has no say.
    const heard = views.filter(({ node, view }) => node.shard === shard || view.length > 0);
    const whole = agreeOn(
      heard.map(({ view }) => view),
      members.map(({ address }) => address),
    );
    return {
      NodeGroupId: shard,
      Status: whole ? "available" : "modifying",
      Slots: slotsOf(index, shards.length),
      // Like ElastiCache in cluster mode, no CurrentRole: clients learn it from the cluster itself.
      NodeGroupMembers: {
        NodeGroupMember: members.map((node) => ({
          CacheClusterId: node.name,
          CacheNodeId: "0001",
          PreferredAvailabilityZone: zoneName(region, node.zone),
          ReadEndpoint: { Address: node.address, Port: port },
        })),
      },
    };
  });
  return {
    ReplicationGroupId: group.id,
    Description: textOf(group.inputs, "description") ?? "",
    Status: nodeGroups.every((nodeGroup) => nodeGroup.Status === "available") ? "available" : "modifying",
    MemberClusters: { ClusterId: nodes.map((node) => node.name) },
    NodeGroups: { NodeGroup: nodeGroups },
    AutomaticFailover: "enabled",
    MultiAZ: flagOf(group.inputs, "multiAzEnabled") ? "enabled" : "disabled",
    ConfigurationEndpoint: { Address: textOf(group.outputs, "configurationEndpointAddress"), Port: port },
    ClusterEnabled: true,
    ClusterMode: "enabled",
    CacheNodeType: textOf(group.inputs, "nodeType"),
    AuthTokenEnabled: textOf(group.inputs, "authToken") !== undefined,
    TransitEncryptionEnabled: flagOf(group.inputs, "transitEncryptionEnabled") ?? false,
    AtRestEncryptionEnabled: flagOf(group.inputs, "atRestEncryptionEnabled") ?? false,
    ARN: makeArn(region, "elasticache", `replicationgroup:${group.id}`),
  };
}

function roleOf(view: readonly NodeView[], address: string): NodeView["role"] | undefined {
  return view.find((node) => node.address === address && node.reachable)?.role;
}

function isReachable(view: readonly NodeView[], address: string): boolean {
  return view.some((node) => node.address === address && node.reachable);
}

/**
 * Whether each of these views reaches all members of a shard and has the same one as its primary. A node that returns
 * believes for a moment what it knew before it was lost.
 */
function agreeOn(views: readonly (readonly NodeView[])[], members: readonly string[]): boolean {
  if (!views.every((view) => members.every((address) => isReachable(view, address)))) return false;
  const primaries = views.map((view) =>
    members.filter((address) => roleOf(view, address) === "primary").join(),
  );
  return new Set(primaries).size === 1 && members.includes(primaries[0] ?? "");
}
