import type { RedisSettings } from "../settings.ts";
import { DurableWrites } from "./durable-writes.ts";
import { type Address, retryMs } from "./node-address.ts";
import { NodeConnection } from "./node-connection.ts";
import type { Reply } from "./reply-parser.ts";
import { RedisUnavailableError, RedisUnresponsiveError, withinTime } from "./unavailable.ts";

/** Interval of heartbeats, in milliseconds. */
const heartbeatMs = 250;
/** Time limit for a doubtful primary to respond to a heartbeat, in milliseconds. */
const probeMs = 1000;
/** How long writes wait for their replica, in milliseconds. */
const replicationMs = 200;

export interface PrimaryParts {
  readonly settings: RedisSettings;
  readonly address: Address;
  /** Its connection was lost, or a command timed out. */
  readonly onTrouble: (error: Error) => void;
  /** Asks the cluster whether this node is still a primary. Until that is confirmed, its replies do not count. */
  readonly confirm: () => Promise<boolean>;
  readonly onReplica: () => void;
}

/**
 * One primary of the cluster. Lookups have a separate connection, because a write waits for its replica and would
 * block everything behind it. Both are opened immediately and kept open.
 *
 * A node that was paused does not know that another one took over, and briefly serves stale data. So heartbeats
 * detect that it is unresponsive before the cluster can have replaced it, and from then on it counts only once the
 * cluster confirms it.
 */
export class Primary {
  readonly address: Address;
  readonly reads: NodeConnection;
  /** Whether the cluster knows a replica of it. */
  replicated = false;
  readonly #parts: PrimaryParts;
  readonly #writing: NodeConnection;
  readonly #writes: DurableWrites;
  readonly #heartbeat: NodeJS.Timeout;
  #doubtful = false;
  #closed = false;
  /** Both connections have had a response: a stopped node's kernel accepts connections too. */
  #proven = false;

  constructor(parts: PrimaryParts) {
    const { settings, address, onReplica } = parts;
    this.#parts = parts;
    this.address = address;
    const doubt = (error: Error) => this.doubt(error);
    this.reads = new NodeConnection(settings, address, doubt);
    this.#writing = new NodeConnection(settings, address, doubt);
    this.#writes = new DurableWrites({
      connection: this.#writing,
      replicationMs: Math.min(replicationMs, settings.commandTimeoutMs / 2),
      isReplicated: () => this.replicated,
      onReplica,
    });
    this.#heartbeat = setInterval(() => {
      if (!this.ready) return;
      this.reads.send(["PING"], () => {}, doubt);
    }, heartbeatMs);
    this.#heartbeat.unref();
    void this.#prove();
  }

  get ready(): boolean {
    return this.#proven && this.reads.isReady && this.#writing.isReady && !this.#doubtful;
  }

  /** It timed out and has not been confirmed since: do not wait for it or trust it. */
  get doubtful(): boolean {
    return this.#doubtful;
  }

  /** Resolves once both connections are open. */
  async untilReady(): Promise<void> {
    await Promise.all([this.reads.untilReady(), this.#writing.untilReady()]);
  }

  /** @throws RedisUnavailableError when the write may not be durable */
  async write(key: string, args: readonly string[], asking = false): Promise<Reply> {
    if (this.#doubtful) throw new RedisUnavailableError("its primary does not respond");
    try {
      return await this.#writes.send(key, args, asking);
    } catch (error) {
      if (error instanceof RedisUnresponsiveError) this.doubt(error);
      throw error;
    }
  }

  /** Distrusts the node until it responds and the cluster confirms it. */
  doubt(error: Error): void {
    if (this.#closed) return;
    if (!this.#doubtful) {
      this.#doubtful = true;
      void this.#reinstate();
    }
    this.#parts.onTrouble(error);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.reads.destroy();
    this.#writing.destroy();
  }

  async #prove(): Promise<void> {
    while (!this.#closed) {
      await this.untilReady();
      const pings = [this.reads, this.#writing].map((connection) => connection.sendCommand(["PING"]));
      const outcomes = await Promise.allSettled(pings);
      if (outcomes.every(({ status }) => status === "fulfilled")) break;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    this.#proven = true;
  }

  async #reinstate(): Promise<void> {
    while (!this.#closed) {
      if (this.reads.isReady && (await this.#responses()) && (await this.#parts.confirm())) break;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    this.#doubtful = false;
  }

  #responses(): Promise<boolean> {
    return withinTime(probeMs, this.reads.sendCommand(["PING"])).then(
      () => true,
      () => false,
    );
  }
}
