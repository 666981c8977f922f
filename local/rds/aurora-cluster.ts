import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { numberOf, textOf } from "../values.ts";
import { zoneName } from "../zones.ts";
import { masterAccount } from "./accounts.ts";
import { DatabaseCluster } from "./cluster.ts";
import { instanceResourceType } from "./cluster-instance.ts";
import { DatabaseEndpoints } from "./endpoints.ts";
import { clusterOptions } from "./parameter-groups.ts";
import { replicationAccount } from "./replication.ts";
import { findCluster, forgetCluster, rememberCluster } from "./running.ts";
import { zonesOfGroup } from "./subnet-group.ts";
import { prepareTemplate } from "./template.ts";

/** Inputs without effect on one machine, each with the reason. */
const recordedInputs: Readonly<Record<string, string>> = {
  engineVersion: "the toolchain's MariaDB serves every requested 8.0",
  vpcSecurityGroupIds:
    "hosts outside the region are refused by the accounts, see docs/decisions/0003-what-guards-a-data-port.md",
  storageEncrypted: "the files lie in the region's own folder and go with it",
  kmsKeyId: "belongs to encryption at rest",
  backupRetentionPeriod: "no backup is created here",
  copyTagsToSnapshot: "no snapshot is created here",
  deleteAutomatedBackups: "no backup is created here",
  preferredBackupWindow: "no backup is created here",
  preferredMaintenanceWindow: "the toolchain pins the version",
  applyImmediately: "there is no maintenance window to wait for",
  finalSnapshotIdentifier: "a deletion that would need it is refused, see skipFinalSnapshot",
  tags: "kept for the APIs",
};

const identity = [
  "clusterIdentifier",
  "engine",
  "databaseName",
  "masterUsername",
  "port",
  "dbSubnetGroupName",
];

/** An Aurora MySQL cluster as MariaDB instances that replicate, behind the two endpoints of a cluster. */
export const auroraCluster: ResourceHandler = {
  type: "aws:rds/cluster:Cluster",
  inputs: [
    ...identity,
    "masterPassword",
    "dbClusterParameterGroupName",
    "deletionProtection",
    "skipFinalSnapshot",
    ...Object.keys(recordedInputs),
  ],
  replaceOn: [...identity, "dbClusterParameterGroupName", "storageEncrypted", "kmsKeyId"],
  computed: [
    "arn",
    "endpoint",
    "readerEndpoint",
    "clusterResourceId",
    "engineVersionActual",
    "hostedZoneId",
    "availabilityZones",
  ],
  secrets: ["masterPassword"],
  autoname: { property: "clusterIdentifier", maxLength: 63 },
  deleteBeforeReplace: true,
  defaults: () => ({ engine: "aurora", port: 3306, skipFinalSnapshot: false, deletionProtection: false }),
  validate,
  async create(region, request) {
    const id = textOf(request.inputs, "clusterIdentifier") ?? request.name;
    // Prepared early, for the instances that need it.
    void prepareTemplate(region).catch(() => {});
    const cluster = await open(region, id, request.inputs);
    return { id, outputs: outputsOf(region, request.inputs, cluster) };
  },
  async update(region, resource, inputs) {
    const cluster = findCluster(region, resource.id);
    const password = textOf(inputs, "masterPassword");
    if (password !== undefined && password !== textOf(resource.inputs, "masterPassword")) {
      await cluster?.writer?.query(
        ...masterAccount(region, textOf(inputs, "masterUsername") ?? "", password),
      );
    }
    return { ...resource.outputs, ...inputs };
  },
  async read(region, resource) {
    return findCluster(region, resource.id) && resource.outputs;
  },
  async delete(region, resource) {
    if (resource.inputs.deletionProtection === true) {
      throw new AwsError(
        "InvalidParameterCombination",
        "Cannot delete protected Cluster, please disable deletion protection and try again.",
      );
    }
    if (resource.inputs.skipFinalSnapshot !== true) {
      throw new AwsError(
        "InvalidParameterCombination",
        `The local region keeps no snapshots; set skipFinalSnapshot of ${resource.id} to delete it.`,
      );
    }
    const cluster = findCluster(region, resource.id);
    forgetCluster(region, resource.id);
    await cluster?.end();
  },
  async restore(region, resource) {
    await open(region, resource.id, resource.inputs);
  },
};

function validate(inputs: Properties): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  const given = (name: string) => textOf(inputs, name) !== undefined;
  if (given("engine") && inputs.engine !== "aurora-mysql")
    refuse("engine", `it is ${inputs.engine}; only aurora-mysql is supported.`);
  if (given("engineVersion") && !String(inputs.engineVersion).startsWith("8.0")) {
    refuse("engineVersion", `it is ${inputs.engineVersion}; only 8.0 is supported.`);
  }
  if (inputs.masterUsername === undefined) refuse("masterUsername", "it is required.");
  if (inputs.masterPassword === undefined) refuse("masterPassword", "it is required.");
  if (given("masterPassword") && !/^[^/"@ ]{8,41}$/.test(String(inputs.masterPassword))) {
    refuse("masterPassword", 'it must be 8 to 41 characters without /, ", @ and spaces.');
  }
  if (given("databaseName") && !/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(String(inputs.databaseName))) {
    refuse(
      "databaseName",
      `it is ${inputs.databaseName}; it must be letters, digits and _, beginning with a letter.`,
    );
  }
  return failures;
}

async function open(region: Region, id: string, inputs: Properties): Promise<DatabaseCluster> {
  const port = numberOf(inputs, "port") ?? 3306;
  const endpoints = new DatabaseEndpoints(region, id, port);
  const databaseName = textOf(inputs, "databaseName");
  const cluster = new DatabaseCluster(region, {
    id,
    settings: {
      port,
      endpointAddresses: [endpoints.writerAddress, endpoints.readerAddress],
      clusterParameters: clusterOptions(region, textOf(inputs, "dbClusterParameterGroupName")),
    },
    endpoints,
    firstStatements: [
      ...replicationAccount,
      ...masterAccount(
        region,
        textOf(inputs, "masterUsername") ?? "",
        textOf(inputs, "masterPassword") ?? "",
      ),
      ...(databaseName === undefined ? [] : [`CREATE DATABASE IF NOT EXISTS \`${databaseName}\``]),
    ],
    onWriter: () => rememberRoles(region, id),
  });
  rememberCluster(region, cluster);
  await endpoints.serve();
  return cluster;
}

/** The writer must be known after a restart of the region, and is an output as on AWS. */
function rememberRoles(region: Region, id: string): void {
  const writer = findCluster(region, id)?.writer;
  for (const instance of region.resources.all(instanceResourceType)) {
    if (textOf(instance.inputs, "clusterIdentifier") !== id) continue;
    region.resources.patch(instance.type, instance.id, {
      ...instance.outputs,
      writer: instance.id === writer?.name,
    });
  }
}

function outputsOf(region: Region, inputs: Properties, cluster: DatabaseCluster): Properties {
  const zones = zonesOfGroup(region, textOf(inputs, "dbSubnetGroupName"));
  return {
    ...inputs,
    arn: makeArn(region, "rds", `cluster:${cluster.id}`),
    endpoint: cluster.endpoints.writerAddress,
    readerEndpoint: cluster.endpoints.readerAddress,
    clusterResourceId: `cluster-${cluster.id}`,
    engineVersionActual: textOf(inputs, "engineVersion") ?? "8.0",
    hostedZoneId: "local",
    availabilityZones: zones.map((zone) => zoneName(region, zone)),
  };
}
