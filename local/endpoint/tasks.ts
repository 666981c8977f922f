import { randomBytes } from "node:crypto";
import type { KeyRing, TaskCredentials } from "../access/credentials.ts";
import type { WireResponse } from "../access/wire.ts";
import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";

/** The endpoint's data about a running ECS task. */
export interface TaskRegistration {
  readonly taskArn: string;
  /** The task role; a task without one gets no credentials. */
  readonly roleArn: string | undefined;
  readonly address: string;
  /** Availability zone: `eu-west-1a`. */
  readonly zone: string;
  readonly family: string;
  readonly cluster: string;
  readonly revision?: string;
  readonly containerName?: string;
}

interface RegisteredTask extends TaskRegistration {
  readonly metadataPath: string;
  readonly credentialsPath: string;
  credentials?: TaskCredentials;
}

/** Running tasks by ARN, in memory only, and what is called when one has ended. */
const agents = perRegion(() => ({
  tasks: new Map<string, RegisteredTask>(),
  forgetters: new Set<(taskArn: string) => void>(),
}));
const renewBeforeMs = 15 * 60_000;

/**
 * Serves task metadata (version 4) and the role's credentials to one task. Both addresses contain a secret: it
 * identifies the task, as in the ECS agent.
 */
export function registerTask(
  region: Region,
  task: TaskRegistration,
): { readonly metadataUri: string; readonly credentialsUri: string | undefined } {
  const secret = () => randomBytes(16).toString("hex");
  const registered = {
    ...task,
    metadataPath: `/v4/${secret()}`,
    credentialsPath: `/credentials/${secret()}`,
  };
  agents(region).tasks.set(task.taskArn, registered);
  return {
    metadataUri: `${region.endpoint}${registered.metadataPath}`,
    credentialsUri:
      task.roleArn === undefined ? undefined : `${region.endpoint}${registered.credentialsPath}`,
  };
}

/** Removes a task that has ended, with its credentials. */
export function unregisterTask(region: Region, taskArn: string): void {
  const { tasks, forgetters } = agents(region);
  tasks.delete(taskArn);
  for (const forget of forgetters) forget(taskArn);
}

/** Lets a key ring drop the credentials of tasks that have ended. */
export function onTaskEnd(region: Region, forget: (taskArn: string) => void): void {
  agents(region).forgetters.add(forget);
}

/** Serves the ECS agent's endpoints to a task; undefined for any other path. */
export function serveTask(region: Region, path: string, keys: KeyRing): WireResponse | undefined {
  if (!path.startsWith("/v4/") && !path.startsWith("/credentials/")) return undefined;
  for (const task of agents(region).tasks.values()) {
    if (path === task.credentialsPath && task.roleArn !== undefined)
      return json(200, credentialsOf(task, keys));
    if (path === task.metadataPath) return json(200, describeContainer(task));
    if (path === `${task.metadataPath}/task`) return json(200, describeTask(task));
  }
  return json(404, { code: "NotFound", message: `No running task has ${path}.` });
}

function json(status: number, body: unknown): WireResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function credentialsOf(task: RegisteredTask, keys: KeyRing): Record<string, string> {
  const roleArn = task.roleArn ?? "";
  const known = task.credentials;
  const fresh = known !== undefined && known.expiration.getTime() > Date.now() + renewBeforeMs;
  const credentials = fresh ? known : keys.issue({ taskArn: task.taskArn, roleArn });
  task.credentials = credentials;
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  return {
    RoleArn: roleArn,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: expiration.toISOString(),
  };
}

/** Fields as in "Amazon ECS task metadata endpoint version 4", without those of a container runtime. */
function describeContainer(task: RegisteredTask): Record<string, unknown> {
  return {
    Name: task.containerName ?? task.family,
    DesiredStatus: "RUNNING",
    KnownStatus: "RUNNING",
    Type: "NORMAL",
    Networks: [{ NetworkMode: "awsvpc", IPv4Addresses: [task.address] }],
    Labels: {
      "com.amazonaws.ecs.cluster": task.cluster,
      "com.amazonaws.ecs.task-arn": task.taskArn,
      "com.amazonaws.ecs.task-definition-family": task.family,
    },
  };
}

function describeTask(task: RegisteredTask): Record<string, unknown> {
  return {
    Cluster: task.cluster,
    TaskARN: task.taskArn,
    Family: task.family,
    ...(task.revision === undefined ? {} : { Revision: task.revision }),
    DesiredStatus: "RUNNING",
    KnownStatus: "RUNNING",
    AvailabilityZone: task.zone,
    LaunchType: "EC2",
    Containers: [describeContainer(task)],
  };
}
