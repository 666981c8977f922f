import { makeArn } from "../arn.ts";
import { Haproxy } from "../elb/haproxy.ts";
import { serveEndpoints } from "../elb/tcp-endpoint.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { flagOf, numberOf, textOf } from "../values.ts";
import { changeToken } from "./auth-token.ts";
import { CacheCluster } from "./cluster.ts";
import { formCluster } from "./forming.ts";
import { type GroupSettings, writeConfiguration } from "./node-files.ts";
import { parametersOfGroup } from "./parameter-group.ts";
import { findCluster, findRunning, forgetCluster, rememberCluster } from "./running.ts";
import { zonesOfGroup } from "./subnet-group.ts";
import { planNodes } from "./topology.ts";

/** Inputs without effect on one machine, each with the reason. */
const recordedInputs: Readonly<Record<string, string>> = {
  description: "documentation only",
  engineVersion: "the toolchain's redis-server serves every requested 7.x",
  nodeType: "the processes share the machine; nothing is sized",
  securityGroupIds:
    "the port is guarded by the AUTH token, see docs/decisions/0003-what-guards-a-data-port.md",
  atRestEncryptionEnabled: "nothing is at rest: the nodes keep their data in memory",
  kmsKeyId: "belongs to encryption at rest",
  applyImmediately: "there is no maintenance window to wait for",
  autoMinorVersionUpgrade: "the toolchain pins the version",
  tags: "kept for the APIs",
};

const identity = [
  "replicationGroupId",
  "engine",
  "port",
  "subnetGroupName",
  "parameterGroupName",
  "numNodeGroups",
  "replicasPerNodeGroup",
  "transitEncryptionEnabled",
  "clusterMode",
];

/** A Redis Cluster of real processes, one loopback address each, and one address that leads to all of them. */
export const replicationGroup: ResourceHandler = {
  type: "aws:elasticache/replicationGroup:ReplicationGroup",
  inputs: [
    ...identity,
    "automaticFailoverEnabled",
    "multiAzEnabled",
    "authToken",
    ...Object.keys(recordedInputs),
  ],
  // AWS changes the number of shards and replicas in place; here forming a new cluster is faster than resharding.
  replaceOn: [...identity, "atRestEncryptionEnabled", "kmsKeyId"],
  computed: [
    "arn",
    "configurationEndpointAddress",
    "memberClusters",
    "clusterEnabled",
    "engineVersionActual",
  ],
  secrets: ["authToken"],
  autoname: { property: "replicationGroupId", maxLength: 40 },
  deleteBeforeReplace: true,
  defaults: (inputs) => ({
    engine: "redis",
    port: 6379,
    clusterMode: "enabled",
    replicasPerNodeGroup: inputs.replicasPerNodeGroup ?? 0,
    transitEncryptionEnabled: false,
  }),
  validate,
  async create(region, request) {
    const id = textOf(request.inputs, "replicationGroupId") ?? request.name;
    const cluster = await open(region, id, request.inputs);
    try {
      await Promise.all([
        formCluster(cluster, { replicas: numberOf(request.inputs, "replicasPerNodeGroup") ?? 0 }),
        serveConfigurationEndpoint(region, id, cluster),
      ]);
    } catch (error) {
      await removeGroup(region, id);
      throw error;
    }
    return { id, outputs: outputsOf(region, id, request.inputs, cluster) };
  },
  async update(region, resource, inputs) {
    const cluster = findCluster(region, resource.id);
    const token = textOf(inputs, "authToken");
    if (cluster && token !== cluster.settings.token) await changeToken(cluster, token);
    return { ...resource.outputs, ...inputs };
  },
  async read(region, resource) {
    const cluster = findCluster(region, resource.id);
    return cluster && { ...resource.outputs, ...outputsOf(region, resource.id, resource.inputs, cluster) };
  },
  async delete(region, resource) {
    await removeGroup(region, resource.id);
  },
  async restore(region, resource) {
    const cluster = await open(region, resource.id, resource.inputs);
    for (const node of cluster.nodes) writeConfiguration(node, cluster.settings);
    await Promise.all([cluster.start(), serveConfigurationEndpoint(region, resource.id, cluster)]);
  },
};

function validate(inputs: Properties): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  const shards = numberOf(inputs, "numNodeGroups");
  const replicas = numberOf(inputs, "replicasPerNodeGroup") ?? 0;
  const given = (name: string) => textOf(inputs, name) !== undefined;
  if (inputs.numNodeGroups === undefined)
    refuse("numNodeGroups", "it is required: only cluster mode is supported.");
  if (shards !== undefined && (shards < 1 || shards > 90))
    refuse("numNodeGroups", `it is ${shards}; it must be 1 to 90.`);
  if (replicas < 0 || replicas > 5) refuse("replicasPerNodeGroup", `it is ${replicas}; it must be 0 to 5.`);
  if (given("engine") && inputs.engine !== "redis")
    refuse("engine", `it is ${inputs.engine}; only redis is supported.`);
  if (given("engineVersion") && !String(inputs.engineVersion).startsWith("7."))
    refuse("engineVersion", `it is ${inputs.engineVersion}; the toolchain has Redis 7.`);
  if (given("clusterMode") && inputs.clusterMode !== "enabled")
    refuse("clusterMode", `it is ${inputs.clusterMode}; only enabled is supported.`);
  if (inputs.automaticFailoverEnabled === false)
    refuse("automaticFailoverEnabled", "it is false; cluster mode always has it.");
  if (inputs.multiAzEnabled === true && replicas < 1)
    refuse("multiAzEnabled", "it needs at least one replica per node group.");
  if (given("authToken") && inputs.transitEncryptionEnabled !== true)
    refuse("authToken", "it needs transitEncryptionEnabled.");
  if (given("authToken") && !/^[A-Za-z0-9!&#$^<>-]{16,128}$/.test(String(inputs.authToken))) {
    refuse("authToken", "it must be 16 to 128 letters, digits or ! & # $ ^ < > -.");
  }
  return failures;
}

async function open(region: Region, id: string, inputs: Properties): Promise<CacheCluster> {
  const shards = numberOf(inputs, "numNodeGroups") ?? 1;
  const nodes = planNodes(region, {
    id,
    shards,
    replicas: numberOf(inputs, "replicasPerNodeGroup") ?? 0,
    zones: zonesOfGroup(region, textOf(inputs, "subnetGroupName")),
  });
  const certificate = await region.certificates.issue({
    name: `redis/${id}`,
    addresses: [endpointAddress(region, id), ...nodes.map((node) => node.address)],
  });
  const settings: GroupSettings = {
    port: numberOf(inputs, "port") ?? 6379,
    shards,
    tls: flagOf(inputs, "transitEncryptionEnabled") ?? false,
    token: textOf(inputs, "authToken"),
    certificateFile: certificate.certificateFile,
    keyFile: certificate.keyFile,
    authorityFile: region.authorityFile,
    parameters: parametersOfGroup(region, textOf(inputs, "parameterGroupName")),
  };
  const cluster = new CacheCluster(region, nodes, settings);
  rememberCluster(region, id, { cluster, endpoint: new Haproxy(region, `redis-${id}`) });
  return cluster;
}

function endpointAddress(region: Region, id: string): string {
  return region.addresses.claim(0, `redis/${id}`);
}

/**
 * ElastiCache's configuration endpoint resolves to every node; here one address leads to every responsive node.
 */
async function serveConfigurationEndpoint(region: Region, id: string, cluster: CacheCluster): Promise<void> {
  const { port } = cluster.settings;
  const endpoint = findRunning(region, id)?.endpoint;
  const servers = cluster.nodes.map((node) => ({
    name: node.name,
    address: node.address,
    port,
    ready: true,
  }));
  if (!endpoint) return;
  await serveEndpoints(region, endpoint, [
    {
      name: "configuration",
      address: endpointAddress(region, id),
      port,
      algorithm: "roundrobin",
      servers,
      checked: true,
    },
  ]);
}

async function removeGroup(region: Region, id: string): Promise<void> {
  const running = findRunning(region, id);
  forgetCluster(region, id);
  if (!running) return;
  await Promise.all([running.cluster.remove(), running.endpoint.remove()]);
  region.addresses.release(`redis/${id}`);
}

function outputsOf(region: Region, id: string, inputs: Properties, cluster: CacheCluster): Properties {
  return {
    ...inputs,
    arn: makeArn(region, "elasticache", `replicationgroup:${id}`),
    configurationEndpointAddress: endpointAddress(region, id),
    memberClusters: cluster.nodes.map((node) => node.name),
    clusterEnabled: true,
    engineVersionActual: "7.0.15",
  };
}
