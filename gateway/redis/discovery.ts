import type { RedisSettings } from "../settings.ts";
import { NodeConnection } from "./node-connection.ts";
import type { Primary } from "./primary.ts";
import { parseShards, type Shard } from "./topology.ts";
import { withinTime } from "./unavailable.ts";

/** How long one node may take to say what it knows, in milliseconds. */
const askMs = 2000;
/** How long the others may take once one has said it, in milliseconds. */
const othersMs = 100;

/**
 * What the nodes of the cluster know about it, with claims on the same slot in the order of their epochs. Several are
 * asked, because one that was stopped for a while does not know that it was replaced.
 *
 * @throws the reason why nobody could be asked: a wrong password, name or certificate, or no connection
 */
export async function discoverShards(
  primaries: readonly Primary[],
  settings: RedisSettings,
): Promise<readonly Shard[]> {
  const trusted = primaries.filter(({ doubtful, reads }) => reads.isReady && !doubtful);
  const views = await gather(trusted.map(({ reads, address }) => ask(reads, address.host)));
  if (views.length === 0) views.push(await askEndpoint(settings));
  return views.flat().sort((one, other) => one.epoch - other.epoch);
}

/** Whatever comes until the first answer is a little old. */
async function gather(asked: readonly Promise<Shard[]>[]): Promise<Shard[][]> {
  const views: Shard[][] = [];
  const all = Promise.allSettled(asked.map(async (view) => views.push(await view)));
  const first = Promise.any(asked).then(
    () => new Promise((resolve) => setTimeout(resolve, othersMs)),
    () => {},
  );
  await Promise.race([all, first]);
  return [...views];
}

/** The address that the operator gave, for which any node may answer. */
async function askEndpoint(settings: RedisSettings): Promise<Shard[]> {
  const failed = Promise.withResolvers<never>();
  const connection = new NodeConnection(settings, settings, failed.reject);
  try {
    await withinTime(askMs, Promise.race([connection.untilReady(), failed.promise]));
    return await ask(connection, settings.host);
  } finally {
    failed.promise.catch(() => {});
    connection.destroy();
  }
}

async function ask(connection: NodeConnection, host: string): Promise<Shard[]> {
  const [slots, nodes] = await withinTime(
    askMs,
    Promise.all([connection.sendCommand(["CLUSTER", "SLOTS"]), connection.sendCommand(["CLUSTER", "NODES"])]),
  );
  return parseShards(slots, nodes, host);
}
