import { randomBytes } from "node:crypto";
import { makeArn } from "../arn.ts";
import { registerTask, unregisterTask } from "../endpoint/tasks.ts";
import type { Region, RunningProcess } from "../region.ts";
import { zoneName } from "../zones.ts";
import { findImage } from "./container-definition.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { readSecrets } from "./task-secrets.ts";

export type TaskStatus = "PENDING" | "RUNNING" | "STOPPING" | "STOPPED";

/** One ECS task: a process on an address of its own. */
export interface Task {
  readonly arn: string;
  readonly id: string;
  readonly service: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinition;
  /** Place of the task among its service's addresses; two living tasks never share one. */
  readonly slot: number;
  readonly zone: string;
  readonly address: string;
  readonly createdAt: Date;
  status: TaskStatus;
  startedAt?: Date;
  stoppedAt?: Date;
  stoppedReason?: string;
  process?: RunningProcess;
  /** True once every target group has called it healthy: from then on its end is a crash, not a failed start. */
  proven: boolean;
}

export interface TaskPlacement {
  readonly service: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinition;
  readonly slot: number;
  /** Zone number, from 1. */
  readonly zone: number;
}

/** The name of a task's process in the ledger, and of its log. */
export function processNameOf(task: Pick<Task, "service" | "id">): string {
  return `task/${task.service}/${task.id}`;
}

function addressOwner(service: string, slot: number): string {
  return `task/${service}/${slot}`;
}

/** Names a task and claims its address; nothing runs yet. */
export function createTask(region: Region, placement: TaskPlacement): Task {
  const { service, clusterArn, definition, slot, zone } = placement;
  const id = randomBytes(16).toString("hex");
  const clusterName = clusterArn.slice(clusterArn.lastIndexOf("/") + 1);
  return {
    arn: makeArn(region, "ecs", `task/${clusterName}/${id}`),
    id,
    service,
    clusterArn,
    definition,
    slot,
    zone: zoneName(region, zone),
    address: region.addresses.claim(zone, addressOwner(service, slot)),
    createdAt: new Date(),
    status: "PENDING",
    proven: false,
  };
}

/** Runs the task's image with what ECS gives a container; `onEnd` is told when the process ends unasked. */
export async function startTask(region: Region, task: Task, onEnd: (why: string) => void): Promise<void> {
  const { container, taskRoleArn } = task.definition;
  const image = findImage(region, container.image);
  const secrets = await readSecrets(region, task.definition, task.arn);
  const agent = registerTask(region, {
    taskArn: task.arn,
    roleArn: taskRoleArn,
    address: task.address,
    zone: task.zone,
    family: task.definition.family,
    cluster: task.clusterArn,
    revision: String(task.definition.revision),
    containerName: container.name,
  });
  const [command = "", ...parameters] = [...image.entrypoint, ...container.command];
  const compileCache = process.env.NODE_COMPILE_CACHE;
  task.process = await region.supervisor.start({
    name: processNameOf(task),
    command,
    arguments: parameters,
    workingDirectory: image.workingDirectory,
    environment: {
      ...container.environment,
      ...secrets,
      AWS_REGION: region.name,
      AWS_ENDPOINT_URL: region.endpoint,
      ECS_CONTAINER_METADATA_URI_V4: agent.metadataUri,
      ...(agent.credentialsUri === undefined
        ? {}
        : { AWS_CONTAINER_CREDENTIALS_FULL_URI: agent.credentialsUri }),
      // Stands for the certificates that an image brings: here the authority is the region's own.
      NODE_EXTRA_CA_CERTS: region.authorityFile,
      ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }),
    },
    listens: container.port === undefined ? [] : [`${task.address}:${container.port}`],
    stop: { signal: "SIGTERM", withinMs: container.stopTimeout * 1000 },
    onExit: ({ code, signal }) => onEnd(signal === null ? `exit code ${code}` : `signal ${signal}`),
  });
  task.status = "RUNNING";
  task.startedAt = new Date();
}

/** Notes the end; the address may be used again only after the balancers have forgotten it. */
export function noteEnded(task: Task, reason: string): void {
  task.status = "STOPPED";
  task.stoppedAt = new Date();
  task.stoppedReason ??= reason;
  unregisterTask(task.arn);
}

export function releaseAddress(region: Region, task: Pick<Task, "service" | "slot">): void {
  region.addresses.release(addressOwner(task.service, task.slot));
}
