import type { RedisSettings } from "../settings.ts";
import { NodeConnection } from "./node-connection.ts";
import type { Primary } from "./primary.ts";
import { parseShards, type Shard } from "./topology.ts";
import { withinTime } from "./unavailable.ts";

/** Time limit for one node's response, in milliseconds. */
const askMs = 2000;
/** Time limit for the other nodes once one has responded, in milliseconds. */
const othersMs = 100;

/**
 * The cluster's topology according to its nodes, with claims on the same slot ordered by epoch. Several nodes are
 * asked, because one that was paused does not know that it was replaced.
 *
 * @throws the reason why no node responded: a wrong password, name or certificate, or no connection
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

/** Includes what arrives shortly after the first response. */
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

/** The configured endpoint, for which any node may respond. */
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
