import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { objectsOf, textOf } from "../values.ts";

const type = "aws:elasticache/parameterGroup:ParameterGroup";

/** Parameters of ElastiCache that Redis has with the same name and the same values. */
const redisParameters: readonly string[] = [
  "activedefrag",
  "activerehashing",
  "hash-max-listpack-entries",
  "hash-max-listpack-value",
  "latency-tracking",
  "lazyfree-lazy-eviction",
  "lazyfree-lazy-expire",
  "lazyfree-lazy-server-del",
  "lazyfree-lazy-user-del",
  "maxmemory-policy",
  "maxmemory-samples",
  "notify-keyspace-events",
  "slowlog-log-slower-than",
  "slowlog-max-len",
  "tcp-keepalive",
  "timeout",
];

/** Parameters that describe what this region always does; any other value is refused. */
const fixedParameters: Readonly<Record<string, string>> = { "cluster-enabled": "yes" };

/** Settings of every node of a replication group, by Redis's own names. */
export const parameterGroup: ResourceHandler = recorded(type, {
  inputs: ["name", "family", "description", "parameters", "tags"],
  replaceOn: ["name", "family", "description"],
  computed: ["arn"],
  autoname: { property: "name", maxLength: 255 },
  defaults: () => ({ description: "Managed by Pulumi" }),
  validate: (inputs) =>
    objectsOf(inputs, "parameters").flatMap((parameter) => {
      const name = textOf(parameter, "name") ?? "";
      const value = textOf(parameter, "value");
      if (redisParameters.includes(name) || (name in fixedParameters && fixedParameters[name] === value))
        return [];
      return [
        {
          property: "parameters",
          reason: `${name} = ${value} is not supported here; supported are ${redisParameters.join(", ")}, cluster-enabled = yes.`,
        },
      ];
    }),
  id: (_region, request) => textOf(request.inputs, "name") ?? request.name,
  outputs: (region, request) => ({ arn: makeArn(region, "elasticache", `parametergroup:${request.id}`) }),
});

/**
 * The lines that a parameter group adds to `redis.conf`. AWS's own groups (`default.redis7.cluster.on`) add
 * nothing.
 */
export function parametersOfGroup(
  region: Region,
  name: string | undefined,
): Readonly<Record<string, string>> {
  if (name === undefined || name.startsWith("default.")) return {};
  const group = region.resources.get(type, name);
  if (!group)
    throw new AwsError("CacheParameterGroupNotFound", `CacheParameterGroup not found: ${name}`, 404);
  const entries = objectsOf(group.inputs, "parameters").map((parameter: Properties) => [
    textOf(parameter, "name") ?? "",
    textOf(parameter, "value") ?? "",
  ]);
  return Object.fromEntries(entries.filter(([parameter]) => redisParameters.includes(parameter ?? "")));
}
