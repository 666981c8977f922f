import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { stopTimeout } from "../stop-timeout.ts";
import type { GrantedRole } from "./roles.ts";
import type { ServiceSpec } from "./service-spec.ts";

/** More than a gateway's limit of connections on both sides. */
const openFiles = 65_536;

interface TaskArgs {
  readonly spec: ServiceSpec;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly execution: GrantedRole;
  /** Absent for a service that calls no AWS API. */
  readonly task: GrantedRole | undefined;
}

/** One role of the image as an ECS task with its own address. */
export function createTaskDefinition(
  parent: pulumi.Resource,
  deployment: Deployment,
  args: TaskArgs,
): aws.ecs.TaskDefinition {
  const { spec, execution, task } = args;
  return new aws.ecs.TaskDefinition(
    spec.name,
    {
      family: deployment.names.of(spec.name),
      requiresCompatibilities: ["EC2"],
      // An image that was built for another processor would end with "exec format error".
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
      networkMode: "awsvpc",
      cpu: String(spec.cpu),
      memory: String(spec.memory),
      executionRoleArn: execution.role.arn,
      ...(task && { taskRoleArn: task.role.arn }),
      containerDefinitions: pulumi.jsonStringify([container(deployment, args)]),
      tags: deployment.names.tags(spec.name),
    },
    { parent },
  );
}

/** Names and shapes as in the ECS API. */
function container({ config, image, place }: Deployment, { spec, logGroup }: TaskArgs) {
  return {
    name: spec.name,
    image: image.reference,
    command: [spec.name],
    essential: true,
    readonlyRootFilesystem: true,
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
    portMappings: [{ containerPort: config.servicePort, protocol: "tcp" }],
    stopTimeout: stopTimeout(config),
    // Otherwise the daemon's default counts, which differs between releases of the instances' image.
    ulimits: [{ name: "nofile", softLimit: openFiles, hardLimit: openFiles }],
    environment: Object.entries(spec.environment).map(([name, value]) => ({ name, value })),
    secrets: Object.entries(spec.secrets).map(([name, parameter]) => ({ name, valueFrom: parameter.arn })),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroup.name,
        "awslogs-region": place.region,
        "awslogs-stream-prefix": spec.name,
        // A slow log must never delay a request.
        mode: "non-blocking",
        "max-buffer-size": "4m",
      },
    },
  };
}
