import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { numberOf, textOf } from "../values.ts";
import { zoneName, zoneNumber } from "../zones.ts";
import type { DatabaseCluster } from "./cluster.ts";
import { DatabaseInstance } from "./instance.ts";
import { instanceOptions } from "./parameter-groups.ts";
import { findCluster } from "./running.ts";
import { zonesOfGroup } from "./subnet-group.ts";

export const instanceResourceType = "aws:rds/clusterInstance:ClusterInstance";

/** Inputs without effect on one machine, each with the reason. */
const recordedInputs: Readonly<Record<string, string>> = {
  engineVersion: "the toolchain's MariaDB serves",
  instanceClass: "the processes share the machine; nothing is sized",
  autoMinorVersionUpgrade: "the toolchain pins the version",
  copyTagsToSnapshot: "no snapshot is created here",
  applyImmediately: "there is no maintenance window to wait for",
  tags: "kept for the APIs",
};

const identity = ["identifier", "clusterIdentifier", "engine", "availabilityZone", "dbSubnetGroupName"];

/** One instance of an Aurora cluster: a mariadbd with its own address in its zone. */
export const clusterInstance: ResourceHandler = {
  type: instanceResourceType,
  inputs: [
    ...identity,
    "promotionTier",
    "dbParameterGroupName",
    "publiclyAccessible",
    ...Object.keys(recordedInputs),
  ],
  replaceOn: [...identity, "dbParameterGroupName", "promotionTier"],
  computed: ["arn", "endpoint", "port", "writer", "dbiResourceId", "engineVersionActual"],
  autoname: { property: "identifier", maxLength: 63 },
  deleteBeforeReplace: true,
  defaults: () => ({ promotionTier: 0, publiclyAccessible: false }),
  validate,
  async create(region, request) {
    const id = textOf(request.inputs, "identifier") ?? request.name;
    const cluster = clusterOf(region, request.inputs);
    const instance = plan(region, { id, cluster, inputs: request.inputs });
    try {
      await cluster.add(instance);
    } catch (error) {
      await cluster.remove(id);
      throw error;
    }
    return { id, outputs: outputsOf(region, request.inputs, { cluster, instance }) };
  },
  async update(_region, resource, inputs) {
    return { ...resource.outputs, ...inputs };
  },
  async read(region, resource) {
    const cluster = findCluster(region, textOf(resource.inputs, "clusterIdentifier") ?? "");
    const instance = cluster?.instances.get(resource.id);
    return cluster && instance && outputsOf(region, resource.inputs, { cluster, instance });
  },
  async delete(region, resource) {
    await findCluster(region, textOf(resource.inputs, "clusterIdentifier") ?? "")?.remove(resource.id);
  },
  async restore(region, resource) {
    const cluster = clusterOf(region, resource.inputs);
    await cluster.resume(
      plan(region, { id: resource.id, cluster, inputs: resource.inputs }),
      wasWriter(region, resource),
    );
  },
};

function validate(inputs: Properties): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (textOf(inputs, "engine") !== undefined && inputs.engine !== "aurora-mysql") {
    failures.push({ property: "engine", reason: `it is ${inputs.engine}; only aurora-mysql is supported.` });
  }
  if (inputs.publiclyAccessible === true) {
    failures.push({
      property: "publiclyAccessible",
      reason: "it is true; nothing here listens outside 127.0.0.0/8.",
    });
  }
  return failures;
}

function clusterOf(region: Region, inputs: Properties): DatabaseCluster {
  const id = textOf(inputs, "clusterIdentifier") ?? "";
  const cluster = findCluster(region, id);
  if (!cluster) throw new AwsError("DBClusterNotFoundFault", `DBCluster ${id} not found.`, 404);
  return cluster;
}

function plan(
  region: Region,
  {
    id,
    cluster,
    inputs,
  }: { readonly id: string; readonly cluster: DatabaseCluster; readonly inputs: Properties },
): DatabaseInstance {
  return new DatabaseInstance(region, {
    name: id,
    zone: chooseZone(region, cluster, inputs),
    promotionTier: numberOf(inputs, "promotionTier") ?? 0,
    settings: cluster.settings,
    parameters: instanceOptions(region, textOf(inputs, "dbParameterGroupName")),
  });
}

/** The requested zone, or the one of the subnet group with the fewest instances of the cluster. */
function chooseZone(region: Region, cluster: DatabaseCluster, inputs: Properties): number {
  const asked = textOf(inputs, "availabilityZone");
  if (asked !== undefined) return zoneNumber(region, asked);
  const zones = zonesOfGroup(region, textOf(inputs, "dbSubnetGroupName"));
  const count = (zone: number) =>
    [...cluster.instances.values()].filter((instance) => instance.zone === zone).length;
  return [...zones].sort((left, right) => count(left) - count(right) || left - right)[0] ?? 1;
}

/** As stored; if no instance of the cluster is stored as the writer, the first one is. */
function wasWriter(region: Region, resource: Resource): boolean {
  const members = region.resources
    .all(instanceResourceType)
    .filter((member) => member.inputs.clusterIdentifier === resource.inputs.clusterIdentifier);
  const writer = members.find((member) => member.outputs.writer === true) ?? members[0];
  return writer?.id === resource.id;
}

function outputsOf(
  region: Region,
  inputs: Properties,
  { cluster, instance }: { readonly cluster: DatabaseCluster; readonly instance: DatabaseInstance },
): Properties {
  return {
    ...inputs,
    availabilityZone: zoneName(region, instance.zone),
    arn: makeArn(region, "rds", `db:${instance.name}`),
    endpoint: instance.address,
    port: cluster.settings.port,
    writer: cluster.writer === instance,
    dbiResourceId: `db-${instance.name}`,
    engineVersionActual: textOf(inputs, "engineVersion") ?? "8.0",
  };
}
