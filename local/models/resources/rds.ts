import type { ResourceMapping, ResourceMappings } from "./mapping.ts";

function parameterGroup(kind: "DBClusterParameterGroup" | "DBParameterGroup"): ResourceMapping {
  const name = `${kind}Name`;
  return {
    service: "rds",
    requests: [
      {
        operation: `Create${kind}`,
        properties: {
          name,
          family: "DBParameterGroupFamily",
          description: "Description",
          tags: "Tags",
        },
      },
      { operation: `Modify${kind}`, properties: { parameters: "Parameters" }, assigned: [name] },
    ],
    renamed: { name: "ParameterName", value: "ParameterValue", applyMethod: "ApplyMethod" },
  };
}

/** Relational Database Service. */
export const databases: ResourceMappings = {
  "aws:rds/cluster:Cluster": {
    service: "rds",
    requests: [
      {
        operation: "CreateDBCluster",
        properties: {
          clusterIdentifier: "DBClusterIdentifier",
          engine: "Engine",
          engineVersion: "EngineVersion",
          databaseName: "DatabaseName",
          masterUsername: "MasterUsername",
          masterPassword: "MasterUserPassword",
          manageMasterUserPassword: "ManageMasterUserPassword",
          masterUserSecretKmsKeyId: "MasterUserSecretKmsKeyId",
          port: "Port",
          dbSubnetGroupName: "DBSubnetGroupName",
          dbClusterParameterGroupName: "DBClusterParameterGroupName",
          deletionProtection: "DeletionProtection",
          vpcSecurityGroupIds: "VpcSecurityGroupIds",
          storageEncrypted: "StorageEncrypted",
          kmsKeyId: "KmsKeyId",
          backupRetentionPeriod: "BackupRetentionPeriod",
          copyTagsToSnapshot: "CopyTagsToSnapshot",
          preferredBackupWindow: "PreferredBackupWindow",
          preferredMaintenanceWindow: "PreferredMaintenanceWindow",
          enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
          tags: "Tags",
        },
      },
      {
        operation: "ModifyDBCluster",
        properties: { applyImmediately: "ApplyImmediately" },
        assigned: ["DBClusterIdentifier"],
      },
      {
        operation: "DeleteDBCluster",
        properties: {
          skipFinalSnapshot: "SkipFinalSnapshot",
          finalSnapshotIdentifier: "FinalDBSnapshotIdentifier",
          deleteAutomatedBackups: "DeleteAutomatedBackups",
        },
        assigned: ["DBClusterIdentifier"],
      },
    ],
  },
  "aws:rds/clusterInstance:ClusterInstance": {
    service: "rds",
    requests: [
      {
        operation: "CreateDBInstance",
        properties: {
          identifier: "DBInstanceIdentifier",
          clusterIdentifier: "DBClusterIdentifier",
          engine: "Engine",
          engineVersion: "EngineVersion",
          instanceClass: "DBInstanceClass",
          availabilityZone: "AvailabilityZone",
          dbSubnetGroupName: "DBSubnetGroupName",
          dbParameterGroupName: "DBParameterGroupName",
          promotionTier: "PromotionTier",
          publiclyAccessible: "PubliclyAccessible",
          autoMinorVersionUpgrade: "AutoMinorVersionUpgrade",
          copyTagsToSnapshot: "CopyTagsToSnapshot",
          caCertIdentifier: "CACertificateIdentifier",
          tags: "Tags",
        },
      },
      {
        operation: "ModifyDBInstance",
        properties: { applyImmediately: "ApplyImmediately" },
        assigned: ["DBInstanceIdentifier"],
      },
    ],
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    service: "rds",
    requests: [
      {
        operation: "CreateDBSubnetGroup",
        properties: {
          name: "DBSubnetGroupName",
          description: "DBSubnetGroupDescription",
          subnetIds: "SubnetIds",
          tags: "Tags",
        },
      },
    ],
  },
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": parameterGroup("DBClusterParameterGroup"),
  "aws:rds/parameterGroup:ParameterGroup": parameterGroup("DBParameterGroup"),
};
