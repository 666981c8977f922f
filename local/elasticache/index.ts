import type { ResourceHandler } from "../resource-handler.ts";
import { parameterGroup } from "./parameter-group.ts";
import { replicationGroup } from "./replication-group.ts";
import { subnetGroup } from "./subnet-group.ts";

export { operations } from "./operations.ts";

/** ElastiCache: a Redis Cluster of real processes. */
export const handlers: readonly ResourceHandler[] = [replicationGroup, subnetGroup, parameterGroup];
