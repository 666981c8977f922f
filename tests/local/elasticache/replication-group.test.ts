import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createCluster } from "redis";
import { before, t, test } from "tap";
import { handlers, operations } from "../../../local/elasticache/index.ts";
import { findCluster } from "../../../local/elasticache/running.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import {
  ask,
  createResource,
  listenersOf,
  processesIn,
  type StartedRegion,
  startRegion,
} from "../started-region.ts";

const block = await reserveNetwork();
const token = "token-of-at-least-16-characters";
const inputs: Properties = {
  replicationGroupId: "t-cache",
  engine: "redis",
  port: 6379,
  numNodeGroups: 3,
  replicasPerNodeGroup: 1,
  clusterMode: "enabled",
  transitEncryptionEnabled: true,
  authToken: token,
  multiAzEnabled: true,
};
const replicationGroup = handlers.find(({ type }) => type.endsWith(":ReplicationGroup"))!;

let started: StartedRegion;
let group: Resource;

before(async () => {
  started = await startRegion(block);
  group = await createResource(started.region, replicationGroup, inputs);
});
t.teardown(() => {
  isOver = true;
  return started[Symbol.asyncDispose]();
});
/** The client of a lost node may be reconnecting when the cluster's client is destroyed, and would go on for ever. */
let isOver = false;
const reconnectStrategy = () => (isOver ? new Error("the test is over") : 50);

async function connectClient(password: string) {
  const ca = readFileSync(started.region.authorityFile);
  const host = String(group.outputs.configurationEndpointAddress);
  const client = createCluster({
    rootNodes: [{ socket: { host, port: 6379, tls: true, ca, reconnectStrategy } }],
    defaults: { password, socket: { tls: true, ca, reconnectStrategy } },
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function describeGroup() {
  const response = await ask(started.region, operations, "elasticache", {
    operation: "DescribeReplicationGroups",
    input: { ReplicationGroupId: "t-cache" },
  });
  return (response.ReplicationGroups as { ReplicationGroup: { Status: string }[] }).ReplicationGroup[0]!;
}

test("primary and replica of a shard are in different zones", async () => {
  const { nodes } = findCluster(started.region, "t-cache")!;
  const zones = ["0001", "0002", "0003"].map(
    (shard) => new Set(nodes.filter((node) => node.shard === shard).map((node) => node.zone)).size,
  );
  assert.deepEqual(zones, [2, 2, 2]);
});

test("the configuration endpoint leads a verifying client to every shard", async () => {
  const client = await connectClient(token);
  for (let number = 0; number < 30; number += 1) await client.set(`key-${number}`, String(number));
  assert.equal(await client.get("key-17"), "17");
  client.destroy();
});

test("a command without the token is refused", async () => {
  await assert.rejects(connectClient("another-token-of-16-characters"));
});

test("the token is in no argument and in no file that others may read", async () => {
  const { nodes } = findCluster(started.region, "t-cache")!;
  for (const node of nodes) {
    assert.equal(statSync(join(node.directory, "redis.conf")).mode & 0o077, 0);
    const { pid } = findCluster(started.region, "t-cache")!.process(node)!;
    for (const view of ["cmdline", "environ"]) {
      assert.doesNotMatch(readFileSync(`/proc/${pid}/${view}`, "utf8"), new RegExp(token));
    }
  }
});

test("a lost primary costs a shard no longer than its failover takes, and the node returns as a replica", async () => {
  const client = await connectClient(token);
  const cluster = findCluster(started.region, "t-cache")!;
  const lostAt = performance.now();
  await ask(started.region, operations, "elasticache", {
    operation: "TestFailover",
    input: { ReplicationGroupId: "t-cache", NodeGroupId: "0001" },
  });
  assert.equal((await describeGroup()).Status, "modifying");
  for (let number = 0; number < 30; ) {
    const written = await client.set(`key-${number}`, "again").catch(() => undefined);
    if (written) number += 1;
  }
  assert.ok(performance.now() - lostAt < 30_000);
  await waitUntil("the group to be available", async () => (await describeGroup()).Status === "available");
  const view = await cluster.view();
  const returned = view.find(({ address }) => address === cluster.nodes[0]!.address);
  assert.equal(returned?.role, "replica");
  client.destroy();
});

async function describeEvents(input: Record<string, unknown>) {
  const response = await ask(started.region, operations, "elasticache", {
    operation: "DescribeEvents",
    input,
  });
  return (response.Events as { Event: { SourceIdentifier: string; Message: string; Date: string }[] }).Event;
}

test("a failover is reported as ElastiCache reports it, newest first", async () => {
  const group = { SourceType: "replication-group", SourceIdentifier: "t-cache" };
  const events = await describeEvents(group);
  assert.deepEqual(
    events.map(({ Message }) => Message),
    [
      "Failover from primary node t-cache-0001-001 to replica node t-cache-0001-002 completed",
      "Test Failover API called for node group 0001",
    ],
  );
  assert.deepEqual(await describeEvents({ ...group, StartTime: new Date().toISOString() }), []);
  assert.deepEqual(await describeEvents({ ...group, SourceIdentifier: "another" }), []);
  await waitUntil("the node's recovery", async () => {
    const ofNode = await describeEvents({
      SourceType: "cache-cluster",
      SourceIdentifier: "t-cache-0001-001",
    });
    return ofNode[0]?.Message === "Finished recovery for cache nodes 0001";
  });
});

test("a query for events that ElastiCache would refuse is refused", async () => {
  await assert.rejects(describeEvents({ SourceIdentifier: "t-cache" }), /SourceIdentifier needs SourceType/);
  await assert.rejects(describeEvents({ SourceType: "shard" }), /SourceType is shard/);
  await assert.rejects(describeEvents({ StartTime: "yesterday" }), /StartTime is yesterday/);
  await assert.rejects(describeEvents({ MaxRecords: "1000" }), /MaxRecords is 1000; it must be 20 to 100/);
});

test("a lost zone costs each shard at most one node, and all of them become writable again", async () => {
  const client = await connectClient(token);
  const cluster = findCluster(started.region, "t-cache")!;
  const lostAt = performance.now();
  for (const node of cluster.nodes) if (node.zone === 2) cluster.process(node)?.kill("SIGKILL");
  for (let number = 0; number < 30; ) {
    const written = await client.set(`key-${number}`, "again").catch(() => undefined);
    if (written) number += 1;
  }
  assert.ok(performance.now() - lostAt < 30_000);
  await waitUntil("the group to be available", async () => (await describeGroup()).Status === "available");
  client.destroy();
});

test("the cluster's data survives a restart of the region", async () => {
  const region = await started.reopen();
  await replicationGroup.restore!(region, group);
  const client = await connectClient(token);
  await waitUntil(
    "the shards to respond",
    async () => (await client.get("key-17").catch(() => "")) === "again",
  );
  client.destroy();
});

test("a deleted group leaves no process, no listener and no file", async () => {
  await replicationGroup.delete!(started.region, group);
  assert.deepEqual(listenersOf(block), []);
  assert.equal(processesIn(started.region.directory), 0);
  assert.throws(() => statSync(join(started.region.directory, "redis", "t-cache-0001-001")));
});
