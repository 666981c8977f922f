import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { RedisSettings } from "../settings.ts";
import { discoverShards } from "./discovery.ts";
import type { Address } from "./node-address.ts";
import { Primary } from "./primary.ts";
import { computeSlot, slotCount } from "./slot.ts";
import { coversAllSlots, parseRedirection, type Shard } from "./topology.ts";
import { RedisUnavailableError } from "./unavailable.ts";

/** Interval at which the topology is read while a slot has no reachable primary, in milliseconds. */
const refreshMs = 100;
/** Interval at which the topology of a working cluster is read, in milliseconds: it may have new replicas. */
const routineMs = 5000;
/** Minimum time between two log lines about one condition, in milliseconds. */
const logMs = 5000;

/** Maps slots to primaries, kept current by querying the nodes. */
export class PrimaryMap {
  readonly #settings: RedisSettings;
  readonly #logger: Logger;
  readonly #nodes = new Map<string, Primary>();
  /** Nodes that a redirection named and that serve no slot yet, as while a cluster is scaled out. */
  readonly #arriving = new Map<string, Primary>();
  readonly #slots: (Primary | undefined)[] = new Array(slotCount).fill(undefined);
  readonly #routine: NodeJS.Timeout;
  #refreshing: Promise<void> | undefined;
  #inspecting: Promise<boolean> | undefined;
  #complete = false;
  #loggedAt = 0;
  closed = false;

  constructor(settings: RedisSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
    this.#routine = setInterval(() => void this.#inspect(), routineMs);
    this.#routine.unref();
  }

  get nodes(): Iterable<Primary> {
    return this.#nodes.values();
  }

  get ready(): boolean {
    if (!this.#complete) return false;
    for (const node of this.#nodes.values()) if (!node.ready) return false;
    return true;
  }

  find(key: string): Primary | undefined {
    return this.#slots[computeSlot(key)];
  }

  /** Reads the topology until every slot has a usable primary, unless that is in progress. */
  refresh(): void {
    if (!this.closed) void this.untilReady();
  }

  untilReady(): Promise<void> {
    this.#refreshing ??= this.#search().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** The node that a redirection names. */
  async follow(key: string, error: Error): Promise<{ readonly node: Primary; readonly asking: boolean }> {
    const target = parseRedirection(error.message)!;
    const asking = error.message.startsWith("ASK");
    if (!asking) await this.#inspect();
    const node = asking ? this.#visit(target) : this.find(key);
    if (node === undefined) throw new RedisUnavailableError("no primary serves the slot");
    await node.untilReady();
    return { node, asking };
  }

  close(): void {
    this.closed = true;
    clearInterval(this.#routine);
    for (const node of [...this.#nodes.values(), ...this.#arriving.values()]) node.close();
    this.#nodes.clear();
    this.#arriving.clear();
    this.#slots.fill(undefined);
  }

  async #search(): Promise<void> {
    while (!this.closed) {
      await this.#inspect();
      for (let waited = 0; waited < refreshMs && !this.closed; waited += 5) {
        if (this.ready) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  /** Whether any node responded. */
  #inspect(): Promise<boolean> {
    this.#inspecting ??= this.#discover().finally(() => {
      this.#inspecting = undefined;
    });
    return this.#inspecting;
  }

  async #discover(): Promise<boolean> {
    if (this.closed) return false;
    try {
      const shards = await discoverShards([...this.#nodes.values()], this.#settings);
      if (!this.closed) this.#apply(shards);
      return true;
    } catch (error) {
      this.#log(error as Error, "cache unreachable");
      return false;
    }
  }

  /** Later claims on a slot override earlier ones. */
  #apply(shards: readonly Shard[]): void {
    this.#complete = coversAllSlots(shards);
    const slots: (string | undefined)[] = new Array(slotCount).fill(undefined);
    const replicated = new Set<string>();
    for (const shard of shards) {
      const address = nameAddress(shard);
      for (const [from, to] of shard.ranges) slots.fill(address, from, to + 1);
      if (shard.replicated) replicated.add(address);
    }
    const serving = new Set(slots);
    for (const shard of shards) {
      const address = nameAddress(shard);
      if (!serving.has(address)) continue;
      const node = this.#nodes.get(address) ?? this.#arriving.get(address) ?? this.#open(shard);
      node.replicated = replicated.has(address);
      this.#nodes.set(address, node);
      this.#arriving.delete(address);
    }
    for (const [slot, address] of slots.entries())
      this.#slots[slot] = address === undefined ? undefined : this.#nodes.get(address);
    for (const [address, node] of this.#nodes) {
      if (serving.has(address)) continue;
      this.#nodes.delete(address);
      node.close();
    }
  }

  #visit(address: Address): Primary {
    const name = nameAddress(address);
    let node = this.#nodes.get(name) ?? this.#arriving.get(name);
    if (node === undefined) {
      node = this.#open(address);
      this.#arriving.set(name, node);
    }
    return node;
  }

  #open({ host, port }: Address): Primary {
    const address = { host, port };
    return new Primary({
      settings: this.#settings,
      address,
      onTrouble: (error) => {
        this.#log(error, "cache primary unavailable", nameAddress(address));
        this.refresh();
      },
      confirm: async () => {
        // One in progress may have asked before the cluster decided.
        await this.#inspecting;
        return await this.#inspect();
      },
      onReplica: () => void this.#inspect(),
    });
  }

  #log(error: Error, message: string, primary?: string): void {
    if (this.closed || Date.now() - this.#loggedAt < logMs) return;
    this.#loggedAt = Date.now();
    this.#logger.warn(
      { ...(primary === undefined ? {} : { primary }), error: describeReason(error) },
      message,
    );
  }
}

function nameAddress({ host, port }: Address): string {
  return `${host}:${port}`;
}
