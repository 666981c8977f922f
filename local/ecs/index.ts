import type { Operations } from "../operation.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { ecsOperations } from "./ecs-operations.ts";
import { fisOperations } from "./fis-operations.ts";
import { capacityRecords } from "./records.ts";
import { service } from "./service.ts";
import { taskDefinition } from "./task-definition.ts";

/** Containers: ECS and its capacity. */
export const handlers: readonly ResourceHandler[] = [...capacityRecords, taskDefinition, service];

export const operations: Readonly<Record<string, Operations>> = { ecs: ecsOperations, fis: fisOperations };
