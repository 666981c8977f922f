import { type Fragment, membersOf, type ResourceMappings } from "./mapping.ts";

/** The API has an enumeration where Pulumi has a flag. */
function enablePublicIp({ assignPublicIp, ...others }: Fragment): Fragment {
  if (assignPublicIp === undefined) return others;
  return { ...others, assignPublicIp: assignPublicIp === true ? "ENABLED" : "DISABLED" };
}

/** Elastic Container Service. */
export const containers: ResourceMappings = {
  "aws:ecs/cluster:Cluster": {
    service: "ecs",
    requests: [
      {
        operation: "CreateCluster",
        properties: {
          name: "clusterName",
          settings: "settings",
          configuration: "configuration",
          serviceConnectDefaults: "serviceConnectDefaults",
          tags: "tags",
        },
      },
    ],
  },
  "aws:ecs/capacityProvider:CapacityProvider": {
    service: "ecs",
    requests: [
      {
        operation: "CreateCapacityProvider",
        properties: { name: "name", autoScalingGroupProvider: "autoScalingGroupProvider", tags: "tags" },
      },
    ],
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {
    service: "ecs",
    requests: [
      {
        operation: "PutClusterCapacityProviders",
        properties: {
          clusterName: "cluster",
          capacityProviders: "capacityProviders",
          defaultCapacityProviderStrategies: "defaultCapacityProviderStrategy",
        },
        // The provider sends empty lists.
        defaults: { capacityProviders: [], defaultCapacityProviderStrategy: [] },
      },
    ],
  },
  "aws:ecs/taskDefinition:TaskDefinition": {
    service: "ecs",
    requests: [
      {
        operation: "RegisterTaskDefinition",
        properties: {
          family: "family",
          containerDefinitions: (value) => ({ containerDefinitions: JSON.parse(String(value)) }),
          networkMode: "networkMode",
          executionRoleArn: "executionRoleArn",
          taskRoleArn: "taskRoleArn",
          cpu: "cpu",
          memory: "memory",
          requiresCompatibilities: "requiresCompatibilities",
          runtimePlatform: "runtimePlatform",
          placementConstraints: "placementConstraints",
          pidMode: "pidMode",
          ipcMode: "ipcMode",
          volumes: "volumes",
          tags: "tags",
        },
      },
    ],
    provider: {
      skipDestroy: "keeps the task definition when the resource is deleted",
      trackLatest: "compares with the latest revision instead of the resource's own",
    },
    renamed: { hostPath: "host" },
  },
  "aws:ecs/service:Service": {
    service: "ecs",
    requests: [
      {
        operation: "CreateService",
        properties: {
          name: "serviceName",
          cluster: "cluster",
          taskDefinition: "taskDefinition",
          desiredCount: "desiredCount",
          capacityProviderStrategies: "capacityProviderStrategy",
          networkConfiguration: (value) => ({
            networkConfiguration: { awsvpcConfiguration: enablePublicIp(membersOf(value)) },
          }),
          loadBalancers: "loadBalancers",
          deploymentMinimumHealthyPercent: "deploymentConfiguration.minimumHealthyPercent",
          deploymentMaximumPercent: "deploymentConfiguration.maximumPercent",
          deploymentCircuitBreaker: "deploymentConfiguration.deploymentCircuitBreaker",
          healthCheckGracePeriodSeconds: "healthCheckGracePeriodSeconds",
          orderedPlacementStrategies: "placementStrategy",
          availabilityZoneRebalancing: "availabilityZoneRebalancing",
          launchType: "launchType",
          schedulingStrategy: "schedulingStrategy",
          deploymentController: "deploymentController",
          enableExecuteCommand: "enableExecuteCommand",
          enableEcsManagedTags: "enableECSManagedTags",
          propagateTags: "propagateTags",
          tags: "tags",
        },
      },
      {
        operation: "UpdateService",
        properties: { forceNewDeployment: "forceNewDeployment" },
        assigned: ["service"],
      },
      { operation: "DeleteService", properties: { forceDelete: "force" }, assigned: ["service"] },
    ],
    provider: { waitForSteadyState: "waits until the deployment is steady" },
  },
};
