import { randomBytes } from "node:crypto";
import { makeArn } from "../arn.ts";
import type { Region, RunningProcess } from "../region.ts";
import { zoneName } from "../zones.ts";
import type { Deployment } from "./deployment.ts";
import type { ServiceTarget } from "./service-settings.ts";
import type { TaskDefinition } from "./task-definition.ts";

/**
 * The states of the ECS task life cycle without a container runtime. DEACTIVATING: it is being deregistered;
 * STOPPING: it was asked to end.
 */
export type TaskStatus = "PENDING" | "RUNNING" | "DEACTIVATING" | "STOPPING" | "STOPPED";

/** Why a task ended, in terms of the ECS API. */
export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "UserInitiated"
  | "ServiceSchedulerInitiated";

/** One ECS task: a process with its own address. */
export interface Task {
  readonly arn: string;
  readonly id: string;
  readonly service: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinition;
  readonly deployment: Deployment;
  /** Where it was registered; the service's plan may have changed since. */
  readonly targets: readonly ServiceTarget[];
  /** Position of the task among its service's addresses, exclusive until `released`. */
  readonly slot: number;
  /** Zone number, from 1, and its name. */
  readonly zoneNumber: number;
  readonly zone: string;
  readonly address: string;
  readonly createdAt: Date;
  status: TaskStatus;
  startedAt?: Date;
  stoppingAt?: Date;
  stoppedAt?: Date;
  stopCode?: StopCode;
  stoppedReason?: string;
  exitCode?: number;
  process?: RunningProcess;
  /** Digest of the image's content when the task started. */
  imageDigest?: string;
  /** Resolves when the start is over, successful or not. */
  starting?: Promise<void>;
  /** Resolves when the task is gone; set once its end has begun. */
  ending?: Promise<void>;
  /** True once every target group has reported it healthy: from then on its end is a crash, not a failed start. */
  proven: boolean;
  /** Since when its target groups have continuously reported it unhealthy. */
  unhealthySince: number | undefined;
  /** The balancers have forgotten it and its address may be reused. */
  released: boolean;
}

/** The name of a task's process in the ledger, and of its log. */
export function processNameOf(task: Pick<Task, "service" | "id">): string {
  return `task/${task.service}/${task.id}`;
}

export function addressOwner(service: string, slot: number): string {
  return `task/${service}/${slot}`;
}

/** Names a task and reserves its address; starts nothing yet. */
export function createTask(
  region: Region,
  deployment: Deployment,
  { slot, zone }: { readonly slot: number; readonly zone: number },
): Task {
  const { service, clusterArn, definition, targets } = deployment.plan;
  const id = randomBytes(16).toString("hex");
  const clusterName = clusterArn.slice(clusterArn.lastIndexOf("/") + 1);
  return {
    arn: makeArn(region, "ecs", `task/${clusterName}/${id}`),
    id,
    service,
    clusterArn,
    definition,
    deployment,
    targets,
    slot,
    zoneNumber: zone,
    zone: zoneName(region, zone),
    address: region.addresses.claim(zone, addressOwner(service, slot)),
    createdAt: new Date(),
    status: "PENDING",
    proven: false,
    unhealthySince: undefined,
    released: false,
  };
}

/** Should run: not being stopped. */
export function isLiving({ status }: Task): boolean {
  return status === "PENDING" || status === "RUNNING";
}
