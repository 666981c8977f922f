import type { Realisation } from "../realisation.ts";
import { parameterGroup } from "./parameter-group.ts";
import { replicationGroup } from "./replication-group.ts";
import { subnetGroup } from "./subnet-group.ts";

export { operations } from "./operations.ts";

/** ElastiCache: a Redis Cluster of real processes. */
export const realisations: readonly Realisation[] = [replicationGroup, subnetGroup, parameterGroup];
