import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { createRole, grant } from "../role.ts";

/**
 * With this role AWS Fault Injection Service may stop tasks of the environment's own cluster (`aws:ecs:stop-task`), and nothing
 * else. Production has none: nobody injects faults there.
 */
export function createFaultRole(
  parent: pulumi.Resource,
  deployment: Deployment,
  cluster: aws.ecs.Cluster,
): void {
  const { config, place } = deployment;
  if (config.production) return;
  const role = createRole(parent, deployment, {
    thing: "faults",
    service: "fis.amazonaws.com",
    description: "FIS stops tasks of this environment",
  });
  const prefix = `arn:${place.partition}:ecs:${place.region}:${place.accountId}`;
  const statements = [
    {
      Effect: "Allow",
      Action: ["ecs:DescribeTasks", "ecs:StopTask"],
      Resource: pulumi.interpolate`${prefix}:task/${cluster.name}/*`,
    },
    {
      Effect: "Allow",
      Action: "ecs:ListTasks",
      Resource: pulumi.interpolate`${prefix}:container-instance/${cluster.name}/*`,
    },
  ] as const;
  grant(parent, deployment, { thing: "faults", role, statements });
}
