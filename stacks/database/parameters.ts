import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";

/** Aurora MySQL version 3. */
const family = "aurora-mysql8.0";

/** Cluster parameters that every connection must satisfy. */
export function createClusterParameters(
  parent: pulumi.Resource,
  { names }: Deployment,
): aws.rds.ClusterParameterGroup {
  return new aws.rds.ClusterParameterGroup(
    "database",
    {
      name: names.of("database"),
      family,
      description: "TLS for every connection",
      parameters: [
        { name: "require_secure_transport", value: "ON" },
        { name: "tls_version", value: "TLSv1.2,TLSv1.3", applyMethod: "pending-reboot" },
        { name: "character_set_server", value: "utf8mb4" },
      ],
      tags: names.tags("database"),
    },
    { parent },
  );
}

/** Logging parameters of each instance. */
export function createInstanceParameters(
  parent: pulumi.Resource,
  { names }: Deployment,
): aws.rds.ParameterGroup {
  return new aws.rds.ParameterGroup(
    "database-instances",
    {
      name: names.of("database-instances"),
      family,
      description: "Statements slower than a second are logged",
      parameters: [
        { name: "slow_query_log", value: "1" },
        { name: "long_query_time", value: "1" },
      ],
      tags: names.tags("database-instances"),
    },
    { parent },
  );
}
