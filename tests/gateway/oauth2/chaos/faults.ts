import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../../wait-until.ts";
import type { Chance } from "../../chance.ts";
import type { StartedNode, StartedRedis } from "../../started-redis.ts";

/** Faults of one shard: of its current primary, and of its replica. */
interface Shard {
  readonly primary: StartedNode;
  readonly replica: StartedNode;
}

type Fault = (shard: Shard, chance: Chance) => Promise<void>;

const between = (chance: Chance, from: number, to: number) => sleep(from + chance.next() * (to - from));

export const faults: Readonly<Record<string, Fault>> = {
  async "the primary is killed"({ primary, replica }) {
    await primary.process.end();
    await waitUntilPrimary(replica);
    primary.restart();
  },
  async "the primary stops for a moment"({ primary }, chance) {
    primary.process.child.kill("SIGSTOP");
    await between(chance, 200, 1500);
    primary.process.child.kill("SIGCONT");
  },
  async "the primary stops until it is replaced, and continues"({ primary, replica }, chance) {
    primary.process.child.kill("SIGSTOP");
    await waitUntilPrimary(replica);
    await between(chance, 0, 1000);
    primary.process.child.kill("SIGCONT");
  },
  async "the replica is killed"({ replica }, chance) {
    await replica.process.end();
    await between(chance, 300, 3000);
    replica.restart();
  },
  async "the replica stops for a while"({ replica }, chance) {
    replica.process.child.kill("SIGSTOP");
    await between(chance, 300, 6000);
    replica.process.child.kill("SIGCONT");
  },
  async "the replica stops, the primary is killed, and the replica takes over"({ primary, replica }, chance) {
    replica.process.child.kill("SIGSTOP");
    await between(chance, 500, 2000);
    await primary.process.end();
    replica.process.child.kill("SIGCONT");
    await waitUntilPrimary(replica);
    primary.restart();
  },
};

/** Waits until every shard has a primary and a synchronized replica. */
export async function waitUntilWhole(redis: StartedRedis): Promise<void> {
  await waitUntil("the cluster is whole", async () => (await findShards(redis)).length === 3, 180_000);
}

/** One fault at a healthy shard; resolves with its name once the shard has recovered. */
export async function strike(redis: StartedRedis, chance: Chance): Promise<string> {
  await waitUntilWhole(redis);
  const shard = chance.pick(await findShards(redis));
  const name = chance.pick(Object.keys(faults));
  await faults[name]!(shard, chance);
  await waitUntilWhole(redis);
  return name;
}

/** Ordered by address, so that a seed affects the same shards as far as possible. */
async function findShards({ nodes }: StartedRedis): Promise<Shard[]> {
  const roles = await Promise.all(
    nodes.map((node) =>
      node.command("ROLE").then(
        (role) => role as unknown[],
        () => [],
      ),
    ),
  );
  const states = await Promise.all(
    nodes.map((node) => node.command("CLUSTER", "INFO").then(String, () => "")),
  );
  if (!states.every((state) => state.includes("cluster_state:ok"))) return [];
  return nodes.flatMap((primary, index): Shard[] => {
    if (roles[index]![0] !== "master") return [];
    const replica = nodes.find(
      (_node, at) =>
        roles[at]![0] === "slave" && roles[at]![1] === primary.host && roles[at]![3] === "connected",
    );
    return replica === undefined ? [] : [{ primary, replica }];
  });
}

async function waitUntilPrimary(node: StartedNode): Promise<void> {
  await waitUntil(
    `${node.host} takes over`,
    async () => {
      const role = (await node.command("ROLE").catch(() => [])) as unknown[];
      const info = await node.command("CLUSTER", "INFO").then(String, () => "");
      return role[0] === "master" && info.includes("cluster_state:ok");
    },
    60_000,
  );
}
