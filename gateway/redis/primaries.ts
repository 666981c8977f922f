import { once } from "node:events";
import type { Logger } from "../logger.ts";
import type { RedisSettings } from "../settings.ts";
import { Primary } from "./primary.ts";
import { computeSlot, slotCount } from "./slot.ts";
import { coversAllSlots, parseRedirection, parseShards, type Shard } from "./topology.ts";
import { RedisSilentError, RedisUnavailableError, withinTime } from "./unavailable.ts";

/** Replies by which a node says that it cannot serve at the moment. */
const notServing = /^(CLUSTERDOWN|LOADING|MASTERDOWN|READONLY|TRYAGAIN|NOREPLICAS|BUSY|OOM|MISCONF) /;

/** Time between two looks at the cluster while a slot has no reachable primary, in milliseconds. */
const refreshMs = 100;

/**
 * The primaries of a Redis Cluster, and nothing of its replicas: a replica may not know yet that a token was issued, or
 * worse, that it was revoked.
 *
 * The cluster is looked at again whenever a connection fails, a node answers that a slot moved, or a command is not
 * answered in time; until every slot has a primary again, commands for the lost ones fail at once.
 */
export class Primaries {
  readonly #settings: RedisSettings;
  readonly #logger: Logger;
  readonly #nodes = new Map<string, Primary>();
  readonly #slots: (Primary | undefined)[] = new Array(slotCount).fill(undefined);
  #refreshing: Promise<void> | undefined;
  #closed = false;
  #complete = false;
  /** Commands that no primary answered in time. */
  lostCommands = 0;

  constructor(settings: RedisSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Resolves when every slot has a connected primary; tries until then or until closed. */
  async start(): Promise<void> {
    await this.#refresh();
  }

  /** Those that are known at this moment. */
  get nodes(): Iterable<Primary> {
    return this.#nodes.values();
  }

  /** Whether every slot has a connected primary at this moment. */
  get ready(): boolean {
    if (!this.#complete) return false;
    for (const node of this.#nodes.values()) if (!node.ready) return false;
    return true;
  }

  /** Runs one command at the key's primary: a reading one, or one that a failover may forget. @throws RedisUnavailableError within the time limit */
  read(key: string, args: string[]): Promise<unknown> {
    const primary = this.#slots[computeSlot(key)];
    if (primary === undefined || primary.silent)
      return this.#recover(key, args, false, explainAbsence(primary));
    // Every request comes through here: one promise is all that it pays.
    return new Promise((resolve, reject) => {
      primary.reads.send(args, resolve, (error) => {
        if (error instanceof RedisSilentError) primary.noteSilence();
        this.#recover(key, args, false, error).then(resolve, reject);
      });
    });
  }

  /**
   * Runs one writing command and waits until a replica has it too, so that a failover forgets nothing that was
   * acknowledged. @throws RedisUnavailableError within the time limit
   */
  async write(key: string, args: string[]): Promise<unknown> {
    const primary = this.#slots[computeSlot(key)];
    try {
      if (primary === undefined || primary.silent) throw explainAbsence(primary);
      return await withinTime(this.#settings.commandTimeoutMs, send(primary, args, true));
    } catch (error) {
      if (error instanceof RedisSilentError) primary?.noteSilence();
      return await this.#recover(key, args, true, error as Error);
    }
  }

  close(): void {
    this.#closed = true;
    for (const node of this.#nodes.values()) node.close();
    this.#nodes.clear();
    this.#slots.fill(undefined);
  }

  /** After an error: follows a moved slot once, otherwise says that the store is not available. */
  async #recover(key: string, args: string[], write: boolean, error: Error): Promise<unknown> {
    const target = parseRedirection(error.message);
    if (target === undefined) {
      // A reply of the server that is no state of the cluster (WRONGTYPE, a script's error) is our own fault.
      if (/^[A-Z]+ /.test(error.message) && !notServing.test(error.message)) throw error;
      this.#look();
      this.lostCommands++;
      throw new RedisUnavailableError(error.message, { cause: error });
    }
    const asking = error.message.startsWith("ASK");
    const address = `${target.host}:${target.port}`;
    const attempt = async () => {
      if (!asking || !this.#nodes.has(address)) await this.#refresh();
      const primary = asking ? this.#nodes.get(address) : this.#slots[computeSlot(key)];
      if (primary === undefined) throw new RedisUnavailableError(`${address} is not a known primary`);
      return await send(primary, args, write, asking);
    };
    try {
      return await withinTime(this.#settings.commandTimeoutMs, attempt());
    } catch (second) {
      this.#look();
      this.lostCommands++;
      throw new RedisUnavailableError((second as Error).message, { cause: second });
    }
  }

  #look(): void {
    if (this.#refreshing === undefined && !this.#closed) void this.#refresh();
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#discover().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #discover(): Promise<void> {
    for (let attempt = 0; !this.#closed; attempt++) {
      const shards = await this.#ask();
      if (shards !== undefined) this.#apply(shards);
      for (let waited = 0; waited < refreshMs && !this.#closed; waited += 5) {
        if (this.ready) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (attempt % 50 === 1) this.#logger.warn({ attempt }, "looking for the primaries of the cluster");
    }
  }

  /** Asks any node that answers, last the address that the operator gave. */
  async #ask(): Promise<Shard[] | undefined> {
    for (const node of this.#nodes.values()) {
      if (!node.ready) continue;
      const shards = await this.#askNode(node);
      if (shards !== undefined) return shards;
    }
    const seed = new Primary(this.#settings, this.#settings, () => {});
    try {
      await withinTime(500, seed.reads.untilReady());
      return await this.#askNode(seed);
    } catch {
      return undefined;
    } finally {
      seed.close();
    }
  }

  async #askNode(node: Primary): Promise<Shard[] | undefined> {
    try {
      const reply = await withinTime(500, node.reads.sendCommand(["CLUSTER", "SLOTS"]));
      return parseShards(reply, node.address.host);
    } catch (error) {
      this.#logger.debug({ error, node: node.address }, "a node did not tell the cluster's slots");
      return undefined;
    }
  }

  #apply(shards: readonly Shard[]): void {
    this.#complete = coversAllSlots(shards);
    const named = new Set<string>();
    this.#slots.fill(undefined);
    for (const { host, port, ranges, replicated } of shards) {
      const address = `${host}:${port}`;
      named.add(address);
      let node = this.#nodes.get(address);
      if (node === undefined) {
        node = new Primary(this.#settings, { host, port }, () => this.#look());
        this.#nodes.set(address, node);
      }
      node.replicated = replicated;
      for (const [from, to] of ranges) this.#slots.fill(node, from, to + 1);
    }
    for (const [address, node] of this.#nodes) {
      if (named.has(address)) continue;
      this.#nodes.delete(address);
      node.close();
    }
  }
}

function explainAbsence(primary: Primary | undefined): RedisUnavailableError {
  return new RedisUnavailableError(
    primary === undefined ? "no primary serves the slot" : "its primary is silent",
  );
}

/** How long a write waits for its connection, in milliseconds. */
const connectMs = 500;

/** How long a write waits for its replica, in milliseconds; without a reachable replica nothing could fail over either. */
const replicationMs = 100;

async function send(primary: Primary, args: string[], write: boolean, asking = false): Promise<unknown> {
  if (!write) {
    if (asking) void primary.reads.sendCommand(["ASKING"]).catch(() => {});
    return primary.reads.sendCommand(args);
  }
  const connection = primary.writes;
  if (!connection.isReady) await once(connection, "ready", { signal: AbortSignal.timeout(connectMs) });
  if (asking) void connection.sendCommand(["ASKING"]).catch(() => {});
  if (!primary.replicated) return connection.sendCommand(args);
  const [reply] = await Promise.all([
    connection.sendCommand(args),
    connection.sendCommand(["WAIT", "1", String(replicationMs)]),
  ]);
  return reply;
}
