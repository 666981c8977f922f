import type { CacheCluster } from "./cluster.ts";
import { writeConfiguration } from "./node-files.ts";

/**
 * Gives every node another AUTH token while it runs. ElastiCache's strategy ROTATE keeps the old one valid as well;
 * Redis's `requirepass` knows one, so this is its strategy SET.
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
