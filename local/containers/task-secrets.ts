import { admitCaller } from "../endpoint/permissions.ts";
import { AwsError, type AwsRequest } from "../operation.ts";
import type { Region } from "../region.ts";
import { operations } from "../services/index.ts";
import type { TaskDefinition } from "./task-definition.ts";

/**
 * Reads the values of a container's `secrets` from the Parameter Store as ECS does: with the execution role, and with
 * nothing but that role's rights. The values are for the process alone; they are stored and logged nowhere.
 */
export async function readSecrets(
  region: Region,
  definition: TaskDefinition,
  taskArn: string,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(definition.container.secrets);
  if (entries.length === 0) return {};
  const roleArn = definition.executionRoleArn;
  if (roleArn === undefined)
    throw unreadable(entries[0]?.[1] ?? "", "the task definition has no execution role");
  const names = entries.map(([, valueFrom]) => toName(valueFrom));
  const request: AwsRequest = {
    service: "ssm",
    operation: "GetParameters",
    input: { Names: [...new Set(names)], WithDecryption: true },
    caller: { kind: "task", taskArn, roleArn },
  };
  admitCaller(region, request);
  const answer = await operations.ssm?.GetParameters?.(region, request);
  const found = new Map(
    ((answer?.Parameters ?? []) as readonly { Name: string; Value: string }[]).map(({ Name, Value }) => [
      Name,
      Value,
    ]),
  );
  return Object.fromEntries(
    entries.map(([variable, valueFrom]) => {
      const value = found.get(toName(valueFrom));
      if (value === undefined) throw unreadable(valueFrom, "the parameter does not exist");
      return [variable, value];
    }),
  );
}

/** `arn:aws:ssm:…:parameter/a/b` is the parameter `/a/b`; a bare name stays. */
function toName(valueFrom: string): string {
  const resource = valueFrom.startsWith("arn:")
    ? valueFrom.slice(valueFrom.indexOf(":parameter/") + ":parameter".length)
    : valueFrom;
  return resource;
}

function unreadable(valueFrom: string, why: string): AwsError {
  return new AwsError("ResourceInitializationError", `unable to pull secrets: ${valueFrom}: ${why}.`);
}
