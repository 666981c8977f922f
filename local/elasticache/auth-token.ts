import type { CacheCluster } from "./cluster.ts";
import { writeConfiguration } from "./node-files.ts";

/**
 * Changes every node's AUTH token at run time. ElastiCache's strategy ROTATE keeps the old token valid as well;
 * Redis's `requirepass` supports one, so this implements the strategy SET.
 */
export async function changeToken(cluster: CacheCluster, token: string | undefined): Promise<void> {
  const value = token ?? "";
  await Promise.all(
    cluster.nodes.map((node) =>
      cluster.run(node, ["CONFIG", "SET", "masterauth", value, "requirepass", value]),
    ),
  );
  cluster.settings = { ...cluster.settings, token };
  for (const node of cluster.nodes) writeConfiguration(node, cluster.settings);
}
