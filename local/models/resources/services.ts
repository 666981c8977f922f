import type { Value } from "../../resource.ts";
import { type Fragment, fragmentOf, membersOf, type ResourceMappings, spread } from "./mapping.ts";

const destination = spread({
  roleArn: "RoleARN",
  bucketArn: "BucketARN",
  prefix: "Prefix",
  errorOutputPrefix: "ErrorOutputPrefix",
  bufferingInterval: "BufferingHints.IntervalInSeconds",
  bufferingSize: "BufferingHints.SizeInMBs",
  compressionFormat: "CompressionFormat",
  kmsKeyArn: "EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN",
  cloudwatchLoggingOptions: "CloudWatchLoggingOptions",
  customTimeZone: "CustomTimeZone",
  fileExtension: "FileExtension",
  s3BackupMode: "S3BackupMode",
});

function encryptionOf(value: Value): Fragment {
  const { keyType, keyArn } = membersOf(value);
  return {
    DeliveryStreamEncryptionConfigurationInput: {
      KeyType: keyType ?? "AWS_OWNED_CMK",
      ...(keyArn === undefined ? {} : { KeyARN: keyArn }),
    },
  };
}

/** Pulumi has the metric, its statistic and its period in one object. */
function metricsOf(value: Value): Fragment {
  return {
    Metrics: (value as Value[]).map((query) => {
      const { metric, ...others } = query as Fragment;
      if (metric === undefined) return others;
      const { stat, period, unit, ...name } = metric as Fragment;
      return { ...others, MetricStat: { Metric: name, Stat: stat, Period: period, Unit: unit } };
    }),
  };
}

/** Keys, parameters, delivery streams, logs, alarms and topics. */
export const services: ResourceMappings = {
  "aws:kms/key:Key": {
    service: "kms",
    requests: [
      {
        operation: "CreateKey",
        properties: { description: "Description", policy: "Policy", tags: "Tags" },
      },
      {
        operation: "ScheduleKeyDeletion",
        properties: { deletionWindowInDays: "PendingWindowInDays" },
        assigned: ["KeyId"],
      },
    ],
    provider: {
      enableKeyRotation: "calls EnableKeyRotation, which takes no value",
      isEnabled: "calls EnableKey or DisableKey, which take no value",
    },
  },
  "aws:kms/alias:Alias": {
    service: "kms",
    requests: [{ operation: "CreateAlias", properties: { name: "AliasName", targetKeyId: "TargetKeyId" } }],
  },
  "aws:ssm/parameter:Parameter": {
    service: "ssm",
    requests: [
      {
        operation: "PutParameter",
        properties: {
          name: "Name",
          type: "Type",
          value: "Value",
          insecureValue: "Value",
          keyId: "KeyId",
          description: "Description",
          dataType: "DataType",
          tier: "Tier",
          overwrite: "Overwrite",
          tags: "Tags",
        },
      },
    ],
  },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
    service: "firehose",
    requests: [
      {
        operation: "CreateDeliveryStream",
        properties: {
          name: "DeliveryStreamName",
          extendedS3Configuration: (value, inputs) => ({
            ExtendedS3DestinationConfiguration: fragmentOf(destination, value, inputs),
          }),
          tags: "Tags",
        },
      },
      {
        operation: "StartDeliveryStreamEncryption",
        properties: { serverSideEncryption: encryptionOf },
        assigned: ["DeliveryStreamName"],
      },
    ],
    provider: { destination: "chooses the member that has the destination" },
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    service: "logs",
    requests: [
      {
        operation: "CreateLogGroup",
        properties: { name: "logGroupName", kmsKeyId: "kmsKeyId", tags: "tags" },
      },
      {
        operation: "PutRetentionPolicy",
        properties: { retentionInDays: "retentionInDays" },
        assigned: ["logGroupName"],
      },
    ],
    provider: { skipDestroy: "keeps the log group when the resource is deleted" },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    service: "monitoring",
    requests: [
      {
        operation: "PutMetricAlarm",
        properties: {
          name: "AlarmName",
          alarmDescription: "AlarmDescription",
          comparisonOperator: "ComparisonOperator",
          evaluationPeriods: "EvaluationPeriods",
          datapointsToAlarm: "DatapointsToAlarm",
          threshold: "Threshold",
          treatMissingData: "TreatMissingData",
          actionsEnabled: "ActionsEnabled",
          alarmActions: "AlarmActions",
          okActions: "OKActions",
          insufficientDataActions: "InsufficientDataActions",
          namespace: "Namespace",
          metricName: "MetricName",
          dimensions: "Dimensions",
          statistic: "Statistic",
          extendedStatistic: "ExtendedStatistic",
          period: "Period",
          unit: "Unit",
          metricQueries: metricsOf,
          tags: "Tags",
        },
      },
    ],
  },
  "aws:sns/topic:Topic": {
    service: "sns",
    requests: [
      {
        operation: "CreateTopic",
        properties: {
          name: "Name",
          displayName: "Attributes.DisplayName",
          kmsMasterKeyId: "Attributes.KmsMasterKeyId",
          policy: "Attributes.Policy",
          tags: "Tags",
        },
      },
    ],
  },
};
