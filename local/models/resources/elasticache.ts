import type { ResourceMappings } from "./mapping.ts";

/** ElastiCache. */
export const caches: ResourceMappings = {
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    service: "elasticache",
    requests: [
      {
        operation: "CreateReplicationGroup",
        properties: {
          replicationGroupId: "ReplicationGroupId",
          description: "ReplicationGroupDescription",
          engine: "Engine",
          engineVersion: "EngineVersion",
          nodeType: "CacheNodeType",
          port: "Port",
          subnetGroupName: "CacheSubnetGroupName",
          parameterGroupName: "CacheParameterGroupName",
          numNodeGroups: "NumNodeGroups",
          replicasPerNodeGroup: "ReplicasPerNodeGroup",
          clusterMode: "ClusterMode",
          automaticFailoverEnabled: "AutomaticFailoverEnabled",
          multiAzEnabled: "MultiAZEnabled",
          authToken: "AuthToken",
          securityGroupIds: "SecurityGroupIds",
          transitEncryptionEnabled: "TransitEncryptionEnabled",
          atRestEncryptionEnabled: "AtRestEncryptionEnabled",
          kmsKeyId: "KmsKeyId",
          autoMinorVersionUpgrade: "AutoMinorVersionUpgrade",
          tags: "Tags",
        },
      },
      {
        operation: "ModifyReplicationGroup",
        properties: { applyImmediately: "ApplyImmediately" },
        assigned: ["ReplicationGroupId"],
      },
    ],
  },
  "aws:elasticache/subnetGroup:SubnetGroup": {
    service: "elasticache",
    requests: [
      {
        operation: "CreateCacheSubnetGroup",
        properties: {
          name: "CacheSubnetGroupName",
          description: "CacheSubnetGroupDescription",
          subnetIds: "SubnetIds",
          tags: "Tags",
        },
      },
    ],
  },
  "aws:elasticache/parameterGroup:ParameterGroup": {
    service: "elasticache",
    requests: [
      {
        operation: "CreateCacheParameterGroup",
        properties: {
          name: "CacheParameterGroupName",
          family: "CacheParameterGroupFamily",
          description: "Description",
          tags: "Tags",
        },
      },
      {
        operation: "ModifyCacheParameterGroup",
        properties: { parameters: "ParameterNameValues" },
        assigned: ["CacheParameterGroupName"],
      },
    ],
    renamed: { name: "ParameterName", value: "ParameterValue" },
  },
};
