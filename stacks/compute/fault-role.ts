import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { policyDocument, trustPolicy } from "../policy.ts";

/**
 * With this role AWS Fault Injection Service may stop tasks of the environment's own cluster (`aws:ecs:stop-task`), and nothing
 * else. Production has none: nobody injects faults there.
 */
export function createFaultRole(
  parent: pulumi.Resource,
  { config, names, place }: Deployment,
  cluster: aws.ecs.Cluster,
): void {
  if (config.production) return;
  const role = new aws.iam.Role(
    "faults",
    {
      name: names.of("faults"),
      description: "FIS stops tasks of this environment",
      assumeRolePolicy: trustPolicy("fis.amazonaws.com", place.accountId),
      tags: names.tags("faults"),
    },
    { parent },
  );
  const prefix = `arn:${place.partition}:ecs:${place.region}:${place.accountId}`;
  new aws.iam.RolePolicy(
    "faults",
    {
      name: names.of("faults"),
      role: role.name,
      policy: policyDocument([
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
      ]),
    },
    { parent },
  );
}
