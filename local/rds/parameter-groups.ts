import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { objectsOf, textOf } from "../values.ts";

const clusterType = "aws:rds/clusterParameterGroup:ClusterParameterGroup";
const instanceType = "aws:rds/parameterGroup:ParameterGroup";

/** Parameters of Aurora MySQL that MariaDB has with the same name and values. */
const honoured: readonly string[] = [
  "character_set_server",
  "collation_server",
  "event_scheduler",
  "group_concat_max_len",
  "innodb_lock_wait_timeout",
  "interactive_timeout",
  "lock_wait_timeout",
  "log_queries_not_using_indexes",
  "long_query_time",
  "max_allowed_packet",
  "max_connections",
  "require_secure_transport",
  "slow_query_log",
  "sql_mode",
  "time_zone",
  "tls_version",
  "transaction_isolation",
  "wait_timeout",
];

/** Settings of a whole cluster. */
export const clusterParameterGroup = parameterGroup(clusterType, "cluster-pg");

/** Settings of single instances. */
export const instanceParameterGroup = parameterGroup(instanceType, "pg");

function parameterGroup(type: string, arnPart: string): ResourceHandler {
  return recorded(type, {
    inputs: ["name", "family", "description", "parameters", "tags"],
    replaceOn: ["name", "family", "description"],
    computed: ["arn"],
    autoname: { property: "name", maxLength: 255 },
    defaults: () => ({ description: "Managed by Pulumi" }),
    validate: (inputs) =>
      objectsOf(inputs, "parameters")
        .map((parameter) => textOf(parameter, "name") ?? "")
        .filter((name) => !honoured.includes(name))
        .map((name) => ({
          property: "parameters",
          reason: `${name} is not supported here; supported are ${honoured.join(", ")}.`,
        })),
    id: (_region, request) => textOf(request.inputs, "name") ?? request.name,
    outputs: (region, request) => ({ arn: makeArn(region, "rds", `${arnPart}:${request.id}`) }),
  });
}

/** The cluster group's settings as options of mariadbd. AWS's own groups (`default.…`) add nothing. */
export function clusterOptions(region: Region, group: string | undefined): readonly string[] {
  return optionsOf(region, clusterType, group);
}

export function instanceOptions(region: Region, group: string | undefined): readonly string[] {
  return optionsOf(region, instanceType, group);
}

function optionsOf(region: Region, type: string, name: string | undefined): readonly string[] {
  if (name === undefined || name.startsWith("default.")) return [];
  const group = region.resources.get(type, name);
  if (!group) throw new AwsError("DBParameterGroupNotFound", `DBParameterGroup not found: ${name}`, 404);
  return objectsOf(group.inputs, "parameters").map(
    (parameter) => `--${String(parameter.name).replaceAll("_", "-")}=${parameter.value}`,
  );
}
