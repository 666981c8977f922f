import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { differing } from "../differences.ts";
import type { Network } from "../network/network.ts";
import { createFaultRole } from "./fault-role.ts";
import { createLaunchTemplate } from "./instances.ts";

/** ECS cluster on EC2 capacity that ECS itself scales and drains. */
export class Compute extends pulumi.ComponentResource {
  readonly cluster: aws.ecs.Cluster;
  readonly capacityProvider: aws.ecs.CapacityProvider;
  /** Services depend on it: until then the cluster does not know its capacity. */
  readonly association: aws.ecs.ClusterCapacityProviders;

  constructor(deployment: Deployment, network: Network, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Compute", "compute", {}, opts);
    this.cluster = createCluster(this, deployment);
    createFaultRole(this, deployment, this.cluster);
    const securityGroup = network.groups.instances;
    const template = createLaunchTemplate(this, deployment, { cluster: this.cluster, securityGroup });
    const instances = createInstances(this, deployment, { template, network });
    this.capacityProvider = createCapacityProvider(this, deployment, instances);
    this.association = associate(this, this.cluster, this.capacityProvider);
    this.registerOutputs({});
  }
}

function createCluster(parent: pulumi.Resource, { names }: Deployment): aws.ecs.Cluster {
  return new aws.ecs.Cluster(
    "platform",
    { name: names.of("platform"), tags: { ...names.tags("platform"), ...names.lifetimeTags } },
    { parent },
  );
}

interface InstancesArgs {
  readonly template: aws.ec2.LaunchTemplate;
  readonly network: Network;
}

/** One group over the three zones. ECS changes its desired capacity, so Pulumi ignores that property. */
function createInstances(
  parent: pulumi.Resource,
  { config, names }: Deployment,
  { template, network }: InstancesArgs,
): aws.autoscaling.Group {
  return new aws.autoscaling.Group(
    "instances",
    {
      name: names.of("instances"),
      minSize: config.instanceCount,
      maxSize: config.instanceLimit,
      vpcZoneIdentifiers: network.privateSubnetIds,
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      healthCheckType: "EC2",
      healthCheckGracePeriod: 60,
      // Managed termination protection requires it; ECS removes it from instances without tasks.
      protectFromScaleIn: true,
      // A new launch template (another image, another size) replaces the running instances one after the other; ECS drains each.
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          minHealthyPercentage: 100,
          maxHealthyPercentage: 200,
          scaleInProtectedInstances: "Refresh",
        },
      },
      forceDelete: differing(config, "aws:autoscaling/group:Group", "forceDelete"),
      tags: Object.entries({ ...names.tags("instances"), AmazonECSManaged: "true" }).map(([key, value]) => ({
        key,
        value,
        // The launch template tags instances and volumes itself.
        propagateAtLaunch: key === "AmazonECSManaged",
      })),
    },
    // Without outbound access an instance cannot join the cluster.
    { parent, dependsOn: network.rulesOf("instances"), ignoreChanges: ["desiredCapacity"] },
  );
}

function createCapacityProvider(
  parent: pulumi.Resource,
  { names }: Deployment,
  instances: aws.autoscaling.Group,
): aws.ecs.CapacityProvider {
  return new aws.ecs.CapacityProvider(
    "instances",
    {
      name: names.of("instances"),
      autoScalingGroupProvider: {
        autoScalingGroupArn: instances.arn,
        managedDraining: "ENABLED",
        managedTerminationProtection: "ENABLED",
        managedScaling: {
          status: "ENABLED",
          targetCapacity: 100,
          minimumScalingStepSize: 1,
          maximumScalingStepSize: 3,
          instanceWarmupPeriod: 60,
        },
      },
      tags: names.tags("instances"),
    },
    { parent },
  );
}

function associate(
  parent: pulumi.Resource,
  cluster: aws.ecs.Cluster,
  { name }: aws.ecs.CapacityProvider,
): aws.ecs.ClusterCapacityProviders {
  return new aws.ecs.ClusterCapacityProviders(
    "platform",
    {
      clusterName: cluster.name,
      capacityProviders: [name],
      defaultCapacityProviderStrategies: [{ capacityProvider: name, base: 1, weight: 1 }],
    },
    { parent },
  );
}
