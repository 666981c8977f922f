import { admitCaller } from "../access/permissions.ts";
import { AwsError, type AwsRequest } from "../operation.ts";
import type { Region } from "../region.ts";
import { operations } from "../services.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** `GetParameters` accepts this many names (Systems Manager API Reference). */
const namesPerCall = 10;

/**
 * Reads the values of a container's `secrets` from the Parameter Store like ECS: with the execution role and its
 * permissions only. The values are passed to the process; they are neither stored nor logged.
 *
 * @throws AwsError ResourceInitializationError
 */
export async function readSecrets(
  region: Region,
  definition: TaskDefinition,
  taskArn: string,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(definition.container.secrets);
  if (entries.length === 0) return {};
  const roleArn = definition.executionRoleArn;
  if (roleArn === undefined) throw unreadable("the task definition has no execution role");
  const names = [...new Set(entries.map(([, valueFrom]) => toName(valueFrom)))];
  const found = new Map<string, string>();
  for (let index = 0; index < names.length; index += namesPerCall) {
    const response = await readParameters(region, names.slice(index, index + namesPerCall), {
      kind: "task",
      taskArn,
      roleArn,
    });
    for (const { Name, Value } of response) found.set(Name, Value);
  }
  return Object.fromEntries(
    entries.map(([variable, valueFrom]) => {
      const value = found.get(toName(valueFrom));
      if (value === undefined) throw unreadable(`invalid parameters: ${valueFrom}`);
      return [variable, value];
    }),
  );
}

async function readParameters(
  region: Region,
  names: readonly string[],
  caller: AwsRequest["caller"],
): Promise<readonly { readonly Name: string; readonly Value: string }[]> {
  const input = { Names: names, WithDecryption: true };
  const request: AwsRequest = { service: "ssm", operation: "GetParameters", input, caller };
  try {
    admitCaller(region, request);
    const response = await operations.ssm?.GetParameters?.(region, request);
    return (response?.Parameters ?? []) as readonly { Name: string; Value: string }[];
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw unreadable(`${error.code}: ${error.message}`);
  }
}

/** `arn:aws:ssm:…:parameter/a/b` is the parameter `/a/b`; a plain name is unchanged. */
function toName(valueFrom: string): string {
  const mark = valueFrom.indexOf(":parameter/");
  return valueFrom.startsWith("arn:") && mark >= 0 ? valueFrom.slice(mark + ":parameter".length) : valueFrom;
}

function unreadable(why: string): AwsError {
  return new AwsError(
    "ResourceInitializationError",
    `unable to pull secrets or registry auth: unable to retrieve secrets from ssm: ${why}`,
  );
}
