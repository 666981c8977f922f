import type { RedisSettings } from "../settings.ts";
import { type Address, type Connection, createRedisConnection } from "./connection.ts";

/**
 * One primary of the cluster. Token look-ups have a connection of their own, because a write waits for its replica and
 * everything behind it on the same connection would wait as well.
 */
export class Primary {
  readonly address: Address;
  /** Whether a write has a replica to wait for. */
  replicated = false;
  readonly #settings: RedisSettings;
  readonly #onTrouble: () => void;
  readonly #reads: Connection;
  #writes: Connection | undefined;

  constructor(settings: RedisSettings, address: Address, onTrouble: () => void) {
    this.address = address;
    this.#settings = settings;
    this.#onTrouble = onTrouble;
    this.#reads = this.#open();
  }

  get reads(): Connection {
    return this.#reads;
  }

  /** Opened at the first write: most gateways of a fleet seldom issue tokens. */
  get writes(): Connection {
    this.#writes ??= this.#open();
    return this.#writes;
  }

  get ready(): boolean {
    return this.#reads.isReady;
  }

  close(): void {
    this.#reads.destroy();
    this.#writes?.destroy();
  }

  #open(): Connection {
    const connection = createRedisConnection(this.#settings, this.address);
    connection.on("error", this.#onTrouble);
    // Ends only by close(); a failed first attempt is retried like a later one.
    connection.connect().catch(this.#onTrouble);
    return connection;
  }
}
