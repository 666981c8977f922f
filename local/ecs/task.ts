import { randomBytes } from "node:crypto";
import { makeArn } from "../arn.ts";
import type { Region, RunningProcess } from "../region.ts";
import { zoneName } from "../zones.ts";
import type { Deployment } from "./deployment.ts";
import type { ServiceTarget } from "./service-plan.ts";
import type { TaskDefinition } from "./task-definition.ts";

/**
 * The states of the ECS task life cycle that a task without container runtime passes through. DEACTIVATING: the
 * balancers let it go; STOPPING: it was told to end.
 */
export type TaskStatus = "PENDING" | "RUNNING" | "DEACTIVATING" | "STOPPING" | "STOPPED";

/** Why a task ended, by the words of the ECS API. */
export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "UserInitiated"
  | "ServiceSchedulerInitiated";

/** One ECS task: a process on an address of its own. */
export interface Task {
  readonly arn: string;
  readonly id: string;
  readonly service: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinition;
  readonly deployment: Deployment;
  /** Where it was registered; what the service wants meanwhile may differ. */
  readonly targets: readonly ServiceTarget[];
  /** Place of the task among its service's addresses: nobody else has it until `released`. */
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
  /** Digest of the image's content when it was started, whatever the image has become since. */
  imageDigest?: string;
  /** Resolves when the start is over, well or not. */
  starting?: Promise<void>;
  /** Resolves when nothing is left of it; there from the moment that its end has begun. */
  ending?: Promise<void>;
  /** True once every target group has called it healthy: from then on its end is a crash, not a failed start. */
  proven: boolean;
  /** Since when its target groups call it unhealthy, without a break. */
  unhealthySince: number | undefined;
  /** The balancers have forgotten it and its address may be given to another. */
  released: boolean;
}

/** The name of a task's process in the ledger, and of its log. */
export function processNameOf(task: Pick<Task, "service" | "id">): string {
  return `task/${task.service}/${task.id}`;
}

export function addressOwner(service: string, slot: number): string {
  return `task/${service}/${slot}`;
}

/** Names a task and claims its address; nothing runs yet. */
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

/** Meant to live: not on its way out. */
export function isLiving({ status }: Task): boolean {
  return status === "PENDING" || status === "RUNNING";
}
