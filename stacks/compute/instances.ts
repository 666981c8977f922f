import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { createRole } from "../role.ts";
import { stopTimeout } from "../stop-timeout.ts";

/** The id of one release of Amazon's image for ECS, which AWS publishes in every Region. */
function imageParameter(release: string): string {
  return `/aws/service/ecs/optimized-ami/amazon-linux-2023/${release}/image_id`;
}

interface InstanceArgs {
  readonly cluster: aws.ecs.Cluster;
  readonly securityGroup: aws.ec2.SecurityGroup;
}

/** The launch template of the cluster's instances. */
export function createLaunchTemplate(
  parent: pulumi.Resource,
  deployment: Deployment,
  { cluster, securityGroup }: InstanceArgs,
): aws.ec2.LaunchTemplate {
  const { config, names } = deployment;
  const image = aws.ssm.getParameterOutput({ name: imageParameter(config.instanceImage) }, { parent });
  const tags = names.tags("instance");
  return new aws.ec2.LaunchTemplate(
    "instances",
    {
      name: names.of("instances"),
      updateDefaultVersion: true,
      imageId: image.insecureValue,
      instanceType: config.instanceType,
      iamInstanceProfile: { arn: createProfile(parent, deployment).arn },
      vpcSecurityGroupIds: [securityGroup.id],
      userData: userData(cluster, stopTimeout(config)),
      // One hop: a container cannot reach the metadata service, and with it the instance's role.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeSize: 30, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags,
      })),
      tags: names.tags("instances"),
    },
    { parent },
  );
}

function createProfile(parent: pulumi.Resource, deployment: Deployment): aws.iam.InstanceProfile {
  const { names, place } = deployment;
  const role = createRole(parent, deployment, {
    thing: "instances",
    service: "ec2.amazonaws.com",
    description: "ECS instances join their cluster",
  });
  const policyArn = `arn:${place.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role`;
  const attachment = new aws.iam.RolePolicyAttachment(
    "instances",
    { role: role.name, policyArn },
    { parent },
  );
  return new aws.iam.InstanceProfile(
    "instances",
    { name: names.of("instances"), role: role.name, tags: names.tags("instances") },
    // An instance that starts before its role may join the cluster gives up.
    { parent, dependsOn: [attachment] },
  );
}

/** The ECS agent's settings; it kills a container only after the drain time. */
function userData(cluster: aws.ecs.Cluster, stopSeconds: number): pulumi.Output<string> {
  return cluster.name.apply((name) => {
    const lines = [
      "#!/bin/sh",
      "cat >> /etc/ecs/ecs.config <<'SETTINGS'",
      `ECS_CLUSTER=${name}`,
      "ECS_AWSVPC_BLOCK_IMDS=true",
      `ECS_CONTAINER_STOP_TIMEOUT=${stopSeconds}s`,
      "SETTINGS",
      "",
    ];
    return Buffer.from(lines.join("\n")).toString("base64");
  });
}
