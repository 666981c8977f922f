import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { readFileIfPresent } from "../../machine/files.ts";
import { registerTask } from "../endpoint/tasks.ts";
import type { Region } from "../region.ts";
import type { PulledImage } from "./images.ts";
import type { Task } from "./task.ts";

/** A container sees its image at the working directory that the image declares, a process sees it in the store. */
type ImageFiles = Pick<PulledImage, "folder" | "declaration">;

/**
 * Variables that a task has on this machine besides its definition and its image, each with its counterpart on
 * AWS. The ECS agent on EC2 sets neither a Region nor a certificate authority, so neither is here.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
 */
export const addedVariables: Readonly<Record<string, string>> = {
  ECS_CONTAINER_METADATA_URI_V4: "set by the ECS agent",
  AWS_CONTAINER_CREDENTIALS_FULL_URI:
    "the agent's AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, whose address 169.254.170.2 needs root; set for a task with a role",
  AWS_ENDPOINT_URL: "the DNS names of the AWS APIs",
  PATH: "set by the container runtime",
  HOME: "set by the container runtime",
  TMPDIR: "the container's own /tmp",
  TZ: "a container without /etc/localtime",
  LANG: "the locale of a container, whatever the machine has",
};

/** What the ECS agent adds to every container's environment. */
export function agentVariables(region: Region, task: Task): Readonly<Record<string, string>> {
  const agent = registerTask(region, {
    taskArn: task.arn,
    roleArn: task.definition.taskRoleArn,
    address: task.address,
    zone: task.zone,
    family: task.definition.family,
    cluster: task.clusterArn,
    revision: String(task.definition.revision),
    containerName: task.definition.container.name,
  });
  return {
    AWS_ENDPOINT_URL: region.endpoint,
    ECS_CONTAINER_METADATA_URI_V4: agent.metadataUri,
    ...(agent.credentialsUri !== undefined && { AWS_CONTAINER_CREDENTIALS_FULL_URI: agent.credentialsUri }),
  };
}

/** What the image declares, with the paths at which this machine has the image's files. */
export function imageVariables(region: Region, image: ImageFiles): Readonly<Record<string, string>> {
  const variables = Object.entries(image.declaration.environment).flatMap(([name, value]) => {
    const path = locate(region, image, value);
    return path === undefined ? [] : [[name, path] as const];
  });
  return Object.fromEntries(variables);
}

/** What the image's build adds to its content, below the working directory. */
const compileCache = "compile-cache";

/**
 * The place of a declared path; undefined where this machine has nothing at it. The region's authority stands for Amazon's,
 * so it is mounted where the image has Amazon's for this Region, and nowhere else: an image without it trusts no database.
 */
function locate(region: Region, { folder, declaration }: ImageFiles, value: string): string | undefined {
  const start = `${declaration.workingDirectory}/`;
  if (!value.startsWith(start)) return value;
  const path = value.slice(start.length);
  if (path === compileCache) return process.env.NODE_COMPILE_CACHE;
  return hasAuthorityOf(region.name, join(folder, path)) ? region.authorityFile : join(folder, path);
}

/** True for a file of certificates among which is RDS's authority for that Region. */
function hasAuthorityOf(regionName: string, file: string): boolean {
  const blocks = readFileIfPresent(file)?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  const wanted = `CN=Amazon RDS ${regionName} Root CA `;
  return blocks?.some((pem) => isAuthority(pem, wanted)) ?? false;
}

function isAuthority(pem: string, commonName: string): boolean {
  try {
    const { subject, ca } = new X509Certificate(pem);
    return ca && subject.includes("O=Amazon Web Services") && subject.includes(commonName);
  } catch {
    return false;
  }
}
