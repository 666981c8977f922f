import type { Value } from "../../resource.ts";
import type { Fragment, ResourceMappings } from "./mapping.ts";
import { membersOf, tagsOf } from "./mapping.ts";

const data = (member: string) => `LaunchTemplateData.${member}`;

/** Pulumi has an object by key for each tag of a group. */
function groupTags(value: Value): Fragment {
  return {
    Tags: (value as Value[]).map((tag) => ({ ...(tag as Fragment), ResourceType: "auto-scaling-group" })),
  };
}

/** Launch templates of EC2, and EC2 Auto Scaling. */
export const instances: ResourceMappings = {
  "aws:ec2/launchTemplate:LaunchTemplate": {
    service: "ec2",
    requests: [
      {
        operation: "CreateLaunchTemplate",
        properties: {
          name: "LaunchTemplateName",
          description: "VersionDescription",
          imageId: data("ImageId"),
          instanceType: data("InstanceType"),
          iamInstanceProfile: data("IamInstanceProfile"),
          metadataOptions: data("MetadataOptions"),
          monitoring: data("Monitoring"),
          blockDeviceMappings: data("BlockDeviceMappings"),
          vpcSecurityGroupIds: data("SecurityGroupIds"),
          networkInterfaces: data("NetworkInterfaces"),
          tagSpecifications: data("TagSpecifications"),
          userData: data("UserData"),
          tags: tagsOf("launch-template"),
        },
        defaults: { LaunchTemplateData: {} },
      },
    ],
    provider: { updateDefaultVersion: "makes each new version the default one" },
    renamed: { securityGroups: "Groups" },
  },
  "aws:autoscaling/group:Group": {
    service: "autoscaling",
    requests: [
      {
        operation: "CreateAutoScalingGroup",
        properties: {
          name: "AutoScalingGroupName",
          minSize: "MinSize",
          maxSize: "MaxSize",
          desiredCapacity: "DesiredCapacity",
          vpcZoneIdentifiers: (value) => ({ VPCZoneIdentifier: (value as Value[]).join(",") }),
          launchTemplate: "LaunchTemplate",
          healthCheckType: "HealthCheckType",
          healthCheckGracePeriod: "HealthCheckGracePeriod",
          protectFromScaleIn: "NewInstancesProtectedFromScaleIn",
          maxInstanceLifetime: "MaxInstanceLifetime",
          capacityRebalance: "CapacityRebalance",
          terminationPolicies: "TerminationPolicies",
          tags: groupTags,
        },
      },
      {
        operation: "EnableMetricsCollection",
        properties: { enabledMetrics: "Metrics", metricsGranularity: "Granularity" },
        defaults: { Granularity: "1Minute" },
        assigned: ["AutoScalingGroupName"],
      },
      {
        operation: "StartInstanceRefresh",
        properties: {
          instanceRefresh: (value) => {
            const { strategy, preferences } = membersOf(value);
            return { Strategy: strategy, ...(preferences === undefined ? {} : { Preferences: preferences }) };
          },
        },
        assigned: ["AutoScalingGroupName"],
      },
    ],
    provider: {
      forceDelete: "deletes the group without waiting for its instances",
      waitForCapacityTimeout: "bounds the wait for healthy instances",
    },
    renamed: { id: "LaunchTemplateId", name: "LaunchTemplateName" },
  },
};
