import { rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "../../machine/wait.ts";
import type { Region, RunningProcess } from "../region.ts";
import { type NodeView, parseClusterNodes } from "./cluster-view.ts";
import { type Reply, runCommands } from "./command-connection.ts";
import { recordEvent } from "./events.ts";
import { forgetData, type GroupSettings } from "./node-files.ts";
import { promoteReplica } from "./promotion.ts";
import type { CacheNode } from "./topology.ts";

/** A crashed node is restarted after its shard has been taken over, or after this time at the latest. */
const takeoverWithinMs = 3000;
const restartAfterMs = 300;
const startWithinMs = 8000;

/** The running processes of one replication group; restarts those that die. */
export class CacheCluster {
  readonly region: Region;
  readonly nodes: readonly CacheNode[];
  settings: GroupSettings;
  #ended = false;

  constructor(region: Region, nodes: readonly CacheNode[], settings: GroupSettings) {
    this.region = region;
    this.nodes = nodes;
    this.settings = settings;
  }

  /** Starts every node from the files in its folder. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.#startNode(node)));
  }

  run(node: CacheNode, ...commands: readonly (readonly string[])[]): Promise<Reply[]> {
    const { port, tls, token, authorityFile } = this.settings;
    return runCommands({ address: node.address, port, tls, token, authorityFile }, commands);
  }

  /** The cluster's view of itself, from the first node that responds. */
  async view(except?: CacheNode): Promise<readonly NodeView[]> {
    for (const node of this.nodes) {
      const view = node === except ? [] : await this.viewOf(node);
      if (view.length > 0) return view;
    }
    return [];
  }

  /** One node's view of the cluster; empty if it does not run or respond. */
  async viewOf(node: CacheNode): Promise<readonly NodeView[]> {
    if (!this.process(node)) return [];
    const replies = await this.run(node, ["CLUSTER", "NODES"]).catch(() => undefined);
    return replies === undefined ? [] : parseClusterNodes(String(replies[0]));
  }

  process(node: CacheNode): RunningProcess | undefined {
    return this.region.supervisor.get(processName(node));
  }

  nodeAt(address: string): CacheNode | undefined {
    return this.nodes.find((node) => node.address === address);
  }

  /** Ends every node at once and waits; the folders stay. */
  async stop(): Promise<void> {
    this.#ended = true;
    const running = this.nodes.flatMap((node) => this.process(node) ?? []);
    for (const process of running) process.kill("SIGKILL");
    await Promise.all(running.map((process) => process.stop()));
    this.#ended = false;
  }

  /** Removes every node with its folder and address. */
  async remove(): Promise<void> {
    await this.stop();
    this.#ended = true;
    for (const node of this.nodes) {
      rmSync(node.directory, { recursive: true, force: true });
      this.region.addresses.release(`redis/${node.name}`);
    }
  }

  async #startNode(node: CacheNode): Promise<void> {
    const { port } = this.settings;
    await this.region.supervisor.start({
      name: processName(node),
      command: this.region.tools["redis-server"].command,
      // Redis resolves the file to an absolute path and treats one with *?[ as a pattern: a folder called [b]
      // matches nothing, and Redis starts without any configuration, on every address.
      arguments: ["/proc/self/cwd/redis.conf"],
      environment: this.region.tools["redis-server"].environment,
      workingDirectory: node.directory,
      listens: [`${node.address}:${port}`, `${node.address}:${port + 10_000}`],
      stop: { signal: "SIGTERM", withinMs: 3000 },
      onExit: () => void this.#recover(node),
    });
    const responds = async () => {
      if (!this.process(node)) throw new Error(`redis/${node.name} ended while it was starting`);
      const replies = await this.run(node, ["PING"]).catch(() => undefined);
      return replies?.[0] === "PONG";
    };
    await waitUntil(`redis/${node.name} responds`, responds, { withinMs: startWithinMs, everyMs: 5 });
  }

  /** A node's process is gone: the best replica takes its shard over, then the node returns as a replica. */
  async #recover(node: CacheNode): Promise<void> {
    if (this.#ended) return;
    try {
      await Promise.race([promoteReplica(this, node), delay(takeoverWithinMs)]);
      await delay(restartAfterMs);
    } catch (error) {
      this.region.log("cache.takeover-failed", { node: node.name, reason: (error as Error).message });
    }
    recordEvent(this.region, ["cache-cluster", node.name], "Recovering cache nodes 0001");
    while (!this.#ended && !this.process(node)) {
      try {
        forgetData(node);
        await this.#startNode(node);
        recordEvent(this.region, ["cache-cluster", node.name], "Finished recovery for cache nodes 0001");
      } catch (error) {
        if ((error as { code?: string }).code === "DMM_LOCAL_CLOSING") return;
        this.region.log("cache.restart-failed", { node: node.name, reason: (error as Error).message });
        await delay(1000);
      }
    }
  }
}

function processName(node: CacheNode): string {
  return `redis/${node.name}`;
}
