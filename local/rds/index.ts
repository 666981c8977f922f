import type { ResourceHandler } from "../resource-handler.ts";
import { auroraCluster } from "./aurora-cluster.ts";
import { clusterInstance } from "./cluster-instance.ts";
import { clusterParameterGroup, instanceParameterGroup } from "./parameter-groups.ts";
import { subnetGroup } from "./subnet-group.ts";

export { operations } from "./operations.ts";
export { prepareTemplate } from "./template.ts";

/** RDS: an Aurora MySQL cluster as MariaDB instances that replicate. */
export const handlers: readonly ResourceHandler[] = [
  auroraCluster,
  clusterInstance,
  subnetGroup,
  clusterParameterGroup,
  instanceParameterGroup,
];
