import { desiredTasks, type PlatformState } from "./state.ts";

/** ECS, SSM, KMS, Firehose and the tagging API: JSON 1.1. */
export function serveJson(state: PlatformState, operation: string, input: Record<string, unknown>): object {
  switch (operation) {
    case "DescribeServices":
      return {
        services: [
          {
            serviceName: "gateway",
            taskDefinition: "gateway:1",
            desiredCount: desiredTasks,
            runningCount: state.tasks.length,
          },
        ],
      };
    case "DescribeTaskDefinition":
      return { taskDefinition: describeDefinition(state) };
    case "ListTasks":
      return { taskArns: state.tasks };
    case "DescribeTasks": {
      const wanted = input.tasks as readonly string[];
      const tasks = state.tasks.filter((task) => wanted.includes(task));
      return { tasks: tasks.map((taskArn, index) => describeTask(state, taskArn, index)) };
    }
    case "GetParameter":
      return { Parameter: readParameter(state, input) };
    case "DescribeParameters":
      return { Parameters: [{ Name: "/standin/verifier", Type: "SecureString", KeyId: "key-1" }] };
    case "DescribeKey":
      return { KeyMetadata: describeKey(state) };
    case "GetKeyRotationStatus":
      return { KeyRotationEnabled: true };
    case "DescribeDeliveryStream":
      return { DeliveryStreamDescription: { Destinations: [describeDestination()] } };
    case "PutRecordBatch":
      state.isLogDelivered = true;
      return { FailedPutCount: 0, RequestResponses: [] };
    case "GetResources":
      return { PaginationToken: "", ResourceTagMappingList: listTagged(state) };
    default:
      throw new Error(`the stand-in has no ${operation}`);
  }
}

/** The image of the stand-in's gateways. */
export const standInImage = { image: "standin/gateway:1.0.0", digest: `sha256:${"a1".repeat(32)}` };

function describeTask({ breaks, requests }: PlatformState, taskArn: string, index: number): object {
  const isChanged = breaks.has("changes its image meanwhile") && requests > 0;
  const isOther = index === 0 && (breaks.has("runs two images") || isChanged);
  const imageDigest = isOther ? `sha256:${"b2".repeat(32)}` : standInImage.digest;
  const isTold = !breaks.has("reports no image digest");
  const container = { name: "gateway", image: standInImage.image, ...(isTold && { imageDigest }) };
  return { taskArn, lastStatus: "RUNNING", containers: [container] };
}

function listTagged(state: PlatformState): readonly object[] {
  const left = state.breaks.has("keeps its region") ? ["arn:aws:s3:::standin-logs"] : [];
  return left.map((ResourceARN) => ({ ResourceARN, Tags: [{ Key: "dmm:environment", Value: "standin" }] }));
}

function readParameter({ breaks, clientSecret }: PlatformState, input: Record<string, unknown>): object {
  const isOpen = input.WithDecryption === true || breaks.has("keeps parameters in clear");
  const value = isOpen ? clientSecret : Buffer.from(`sealed ${clientSecret.length}`).toString("base64");
  return { Name: input.Name, Type: "SecureString", Value: value };
}

function describeDefinition({ breaks, clientSecret }: PlatformState): object {
  const isShown = breaks.has("writes a secret into its task definition");
  const hasNone = breaks.has("has no secrets in its task definition");
  const container = {
    environment: [
      { name: "PORT", value: "8080" },
      ...(isShown ? [{ name: "OPTION", value: clientSecret }] : []),
    ],
    secrets: hasNone
      ? []
      : [{ name: "VERIFIER_SECRET", valueFrom: "arn:aws:ssm:parameter/standin/verifier" }],
  };
  return { taskDefinitionArn: "arn:aws:ecs:task-definition/gateway:1", containerDefinitions: [container] };
}

function describeKey({ breaks }: PlatformState): object {
  const enabled = !breaks.has("disables its key");
  const base = { KeyId: "key-1", Arn: "arn:aws:kms:key-1", KeyManager: "CUSTOMER" };
  return { ...base, Enabled: enabled, KeyState: enabled ? "Enabled" : "Disabled" };
}

function describeDestination(): object {
  const BufferingHints = { SizeInMBs: 1, IntervalInSeconds: 1 };
  return { DestinationId: "1", ExtendedS3DestinationDescription: { Prefix: "gateway/", BufferingHints } };
}
