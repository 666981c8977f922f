import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";

/** By name or ARN. @throws AwsError ClusterNotFoundException */
export function findCluster(region: Region, reference: string): Resource {
  const found = region.resources.find(
    "aws:ecs/cluster:Cluster",
    ({ id, outputs }) => id === reference || outputs.name === reference,
  );
  if (!found) throw new AwsError("ClusterNotFoundException", `Cluster not found: ${reference}.`);
  return found;
}

/** The services of a cluster. */
export function servicesOf(region: Region, cluster: Resource): readonly Resource[] {
  return region.resources
    .all("aws:ecs/service:Service")
    .filter(({ inputs }) => inputs.cluster === cluster.id || inputs.cluster === cluster.outputs.name);
}
