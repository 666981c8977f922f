import { AwsError } from "../operation.ts";
import type { Image, Region } from "../region.ts";

/** What the region uses of one entry of a task definition's `containerDefinitions`. */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Variable to ARN or name of an SSM parameter. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly port: number | undefined;
  /** Seconds from SIGTERM to SIGKILL; ECS's default is 30. */
  readonly stopTimeout: number;
}

/**
 * Members with a meaning here, and those that AWS honours in ways one machine cannot: limits of the container, its
 * health check (the target groups decide here), its log driver (the region keeps every task's log as a file).
 */
const known = new Set([
  "name",
  "image",
  "command",
  "environment",
  "secrets",
  "portMappings",
  "stopTimeout",
  "essential",
  "healthCheck",
  "logConfiguration",
  "linuxParameters",
  "readonlyRootFilesystem",
  "user",
  "ulimits",
  "mountPoints",
  "cpu",
  "memory",
  "memoryReservation",
  "privileged",
  "startTimeout",
  "volumesFrom",
  "systemControls",
  "dockerLabels",
  "versionConsistency",
]);

interface Named {
  readonly name: string;
}

/** Reads `containerDefinitions`, a JSON text. The region runs one container to a task. @throws AwsError ClientException */
export function parseContainerDefinition(json: string): ContainerDefinition {
  const list = parseList(json);
  const [first] = list;
  if (first === undefined || list.length !== 1) {
    throw invalid(
      `containerDefinitions has ${list.length} containers; the local region runs exactly one to a task`,
    );
  }
  const unknown = Object.keys(first).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw invalid(
      `containerDefinitions[0] has ${unknown.join(", ")}, which the local region does not honour`,
    );
  const { name, image } = first;
  if (typeof name !== "string" || typeof image !== "string")
    throw invalid("containerDefinitions[0] needs name and image");
  const ports = (first.portMappings ?? []) as readonly { readonly containerPort?: number }[];
  return {
    name,
    image,
    command: (first.command ?? []) as readonly string[],
    environment: toRecord(
      first.environment as readonly (Named & { value: string })[] | undefined,
      (entry) => entry.value,
    ),
    secrets: toRecord(
      first.secrets as readonly (Named & { valueFrom: string })[] | undefined,
      (entry) => entry.valueFrom,
    ),
    port: ports[0]?.containerPort,
    stopTimeout: typeof first.stopTimeout === "number" ? first.stopTimeout : 30,
  };
}

function parseList(json: string): readonly Record<string, unknown>[] {
  try {
    const list: unknown = JSON.parse(json);
    if (Array.isArray(list)) return list;
  } catch {
    // Said below: both cases need the same mend.
  }
  throw invalid("containerDefinitions is not a JSON list");
}

function toRecord<Entry extends Named>(
  entries: readonly Entry[] | undefined,
  take: (entry: Entry) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries((entries ?? []).map((entry) => [entry.name, take(entry)]));
}

function invalid(message: string): AwsError {
  return new AwsError("ClientException", `${message}.`);
}

/** The image by its repository, without registry, tag and digest. @throws AwsError CannotPullContainerError */
export function findImage(region: Region, reference: string): Image {
  const path = reference.replace(/@sha256:[0-9a-f]+$/, "").replace(/:[\w.-]+$/, "");
  const [host = "", ...rest] = path.split("/");
  const repository = /[.:]/.test(host) ? rest.join("/") : path;
  const image = region.images[repository];
  if (image) return image;
  throw new AwsError(
    "CannotPullContainerError",
    `Image ${reference} is unknown to this machine; it has ${Object.keys(region.images).join(", ") || "none"}.`,
  );
}
