import type { Realisation } from "../realisation.ts";
import { auroraCluster } from "./aurora-cluster.ts";
import { clusterInstance } from "./cluster-instance.ts";
import { clusterParameterGroup, instanceParameterGroup } from "./parameter-groups.ts";
import { subnetGroup } from "./subnet-group.ts";

export { operations } from "./operations.ts";
export { prepareTemplate } from "./template.ts";

/** RDS: an Aurora MySQL cluster as MariaDB instances that replicate. */
export const realisations: readonly Realisation[] = [
  auroraCluster,
  clusterInstance,
  subnetGroup,
  clusterParameterGroup,
  instanceParameterGroup,
];
