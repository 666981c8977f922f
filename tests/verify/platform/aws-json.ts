import { desiredTasks, type PlatformState } from "./state.ts";

/** ECS, SSM and the tagging API: JSON 1.1. */
export function answerJson(state: PlatformState, operation: string, input: Record<string, unknown>): object {
  switch (operation) {
    case "DescribeServices":
      return {
        services: [{ serviceName: "gateway", desiredCount: desiredTasks, runningCount: state.tasks.length }],
      };
    case "ListTasks":
      return { taskArns: state.tasks };
    case "DescribeTasks": {
      const wanted = input.tasks as readonly string[];
      const tasks = state.tasks.filter((task) => wanted.includes(task));
      return { tasks: tasks.map((taskArn) => ({ taskArn, lastStatus: "RUNNING" })) };
    }
    case "GetParameter":
      return { Parameter: { Name: input.Name, Type: "SecureString", Value: state.clientSecret } };
    case "GetResources":
      return { PaginationToken: "", ResourceTagMappingList: listTagged(state) };
    default:
      throw new Error(`the stand-in has no ${operation}`);
  }
}

function listTagged(state: PlatformState): readonly object[] {
  const left = state.breaks.has("keeps its region") ? ["arn:aws:s3:::standin-logs"] : [];
  return left.map((ResourceARN) => ({ ResourceARN, Tags: [{ Key: "dmm:environment", Value: "standin" }] }));
}
