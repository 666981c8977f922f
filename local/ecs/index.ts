import type { Operations } from "../operation.ts";
import type { Realisation } from "../realisation.ts";
import { ecsOperations } from "./ecs-operations.ts";
import { fisOperations } from "./fis-operations.ts";
import { capacityRecords } from "./records.ts";
import { service } from "./service.ts";
import { taskDefinition } from "./task-definition.ts";

/** Containers: ECS and the capacity that it runs on. */
export const realisations: readonly Realisation[] = [...capacityRecords, taskDefinition, service];

export const operations: Readonly<Record<string, Operations>> = { ecs: ecsOperations, fis: fisOperations };
