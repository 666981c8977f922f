import { AwsError } from "../operation.ts";
import { explainMembers } from "./container-members.ts";

/** The members of a `containerDefinitions` entry that the region uses. */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Variable to ARN or name of an SSM parameter. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** Seconds from SIGTERM to SIGKILL; ECS's default is 30. */
  readonly stopTimeout: number;
}

type Entries = readonly Readonly<Record<string, string>>[];

/**
 * Parses `containerDefinitions`, a JSON text. The region supports one container per task. @throws AwsError
 * ClientException
 */
export function parseContainerDefinition(json: string): ContainerDefinition {
  const list = parseList(json);
  const [first] = list;
  if (first === undefined || list.length !== 1) {
    throw invalid(
      `containerDefinitions has ${list.length} containers; the local region runs exactly one to a task`,
    );
  }
  const definition = {
    name: first.name as string,
    image: first.image as string,
    command: (first.command ?? []) as readonly string[],
    environment: toRecord(first.environment, "value"),
    secrets: toRecord(first.secrets, "valueFrom"),
    ports: ((first.portMappings ?? []) as readonly { readonly containerPort?: number }[]).flatMap(
      ({ containerPort }) => containerPort ?? [],
    ),
    stopTimeout: typeof first.stopTimeout === "number" ? first.stopTimeout : 30,
  };
  const problems = [...explainMembers(first), ...findProblems(first, definition)];
  if (problems.length > 0) throw invalid(`containerDefinitions[0]: ${problems.join("; ")}`);
  return definition;
}

function findProblems(given: Record<string, unknown>, definition: ContainerDefinition): readonly string[] {
  const { name, image, secrets, environment, stopTimeout } = definition;
  const problems: string[] = [];
  if (typeof name !== "string" || name === "") problems.push("name is missing");
  if (typeof image !== "string" || image === "") problems.push("image is missing");
  if (given.essential === false) problems.push("essential is false; a task needs one essential container");
  // On EC2 the agent's default and maximum may be changed; ECS itself allows up to this.
  if (stopTimeout < 0 || stopTimeout > 120)
    problems.push(`stopTimeout is ${stopTimeout}; it must be 0 to 120`);
  for (const mapping of (given.portMappings ?? []) as readonly Record<string, unknown>[]) {
    const { containerPort, hostPort } = mapping;
    if (hostPort !== undefined && hostPort !== 0 && hostPort !== containerPort)
      problems.push(`hostPort is ${hostPort}; with awsvpc it must be containerPort, ${containerPort}`);
  }
  for (const [variable, valueFrom] of Object.entries(secrets)) {
    if (variable in environment) problems.push(`${variable} is both in secrets and in environment`);
    if (/^arn:[^:]*:secretsmanager:/.test(valueFrom))
      problems.push(`secret ${variable} is in Secrets Manager; the local region reads the Parameter Store`);
  }
  return problems;
}

function parseList(json: string): readonly Record<string, unknown>[] {
  try {
    const list: unknown = JSON.parse(json);
    if (Array.isArray(list)) return list;
  } catch {
    // Reported below: both cases have the same fix.
  }
  throw invalid("containerDefinitions is not a JSON list");
}

function toRecord(entries: unknown, member: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ((entries ?? []) as Entries).map((entry) => [entry.name ?? "", entry[member] ?? ""]),
  );
}

function invalid(message: string): AwsError {
  return new AwsError("ClientException", `${message}.`);
}
