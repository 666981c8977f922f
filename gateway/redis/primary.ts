import type { RedisSettings } from "../settings.ts";
import { type Address, type Connection, createRedisConnection } from "./connection.ts";
import { ReadingConnection } from "./reading-connection.ts";
import { withinTime } from "./unavailable.ts";

/** Time between two probes of a primary that does not answer, in milliseconds. */
const probeMs = 100;

/**
 * One primary of the cluster. Token look-ups have a connection of their own, because a write waits for its replica and
 * everything behind it on the same connection would wait as well.
 */
export class Primary {
  readonly address: Address;
  /** Whether a write has a replica to wait for. */
  replicated = false;
  #silent = false;
  #closed = false;
  readonly #settings: RedisSettings;
  readonly #onTrouble: () => void;
  readonly #reads: ReadingConnection;
  #writes: Connection | undefined;

  constructor(settings: RedisSettings, address: Address, onTrouble: () => void) {
    this.address = address;
    this.#settings = settings;
    this.#onTrouble = onTrouble;
    this.#reads = new ReadingConnection(settings, address, onTrouble);
  }

  get reads(): ReadingConnection {
    return this.#reads;
  }

  /** Opened at the first write: most gateways of a fleet seldom issue tokens. */
  get writes(): Connection {
    this.#writes ??= this.#openWrites();
    return this.#writes;
  }

  get ready(): boolean {
    return this.#reads.isReady && !this.#silent;
  }

  /** It let a command wait in vain, and has not answered since: nobody should wait for it again. */
  get silent(): boolean {
    return this.#silent;
  }

  /** A command was not answered in time. From now on only probes wait, until one is answered. */
  noteSilence(): void {
    if (this.#silent || this.#closed) return;
    this.#silent = true;
    const probe = async (): Promise<void> => {
      while (!this.#closed) {
        const answered = await withinTime(probeMs * 5, this.#reads.sendCommand(["PING"])).then(
          () => true,
          () => false,
        );
        if (answered) break;
        await new Promise((resolve) => setTimeout(resolve, probeMs));
      }
      this.#silent = false;
    };
    void probe();
  }

  close(): void {
    this.#closed = true;
    this.#reads.destroy();
    this.#writes?.destroy();
  }

  #openWrites(): Connection {
    const connection = createRedisConnection(this.#settings, this.address);
    connection.on("error", this.#onTrouble);
    // Ends only by close(); a failed first attempt is retried like a later one.
    connection.connect().catch(this.#onTrouble);
    return connection;
  }
}
