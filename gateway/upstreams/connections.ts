import { UpstreamConnection, type UpstreamRequest } from "./connection.ts";
import type { Origin } from "./origin.ts";
import { UpstreamError } from "./upstream-error.ts";

/** Maximum age of a connection, in milliseconds, so that DNS changes take effect. */
const lifetimeMs = 60_000;
const sweepMs = 1000;

/** The connections of this process to one origin: one per running request, and idle ones for the next. */
export class Connections {
  readonly #origin: Origin;
  readonly #all = new Set<UpstreamConnection>();
  /** The most recently used is last and reused first, so that surplus connections expire. */
  #idle: UpstreamConnection[] = [];
  #sweepTimer: NodeJS.Timeout | undefined;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Connections, including idle ones. */
  get open(): number {
    return this.#all.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** Sends a request over an idle or a new connection, and returns that connection. */
  send(request: UpstreamRequest, connectLimitMs: number): UpstreamConnection {
    const connection = this.#takeIdle() ?? this.#open(connectLimitMs);
    connection.send(request);
    return connection;
  }

  /** Ends all connections. */
  close(): void {
    clearTimeout(this.#sweepTimer);
    this.#idle = [];
    for (const connection of this.#all)
      connection.destroy(new UpstreamError("DMM_GATEWAY_UPSTREAM_FAILED", "The gateway is shutting down."));
  }

  #takeIdle(): UpstreamConnection | undefined {
    const now = Date.now();
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.isUsable(now)) return last;
      expire(last);
    }
    return undefined;
  }

  #open(connectLimitMs: number): UpstreamConnection {
    const connection = new UpstreamConnection(this.#origin, {
      connectLimitMs,
      onIdle: this.#keep,
      onClose: this.#forget,
    });
    this.#all.add(connection);
    return connection;
  }

  readonly #keep = (connection: UpstreamConnection): void => {
    if (Date.now() - connection.openedAt >= lifetimeMs) {
      expire(connection);
      return;
    }
    this.#idle.push(connection);
    this.#sweepTimer ??= setTimeout(this.#sweep, sweepMs).unref();
  };

  readonly #forget = (connection: UpstreamConnection): void => {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  };

  readonly #sweep = (): void => {
    this.#sweepTimer = undefined;
    const now = Date.now();
    const [kept, old] = [[] as UpstreamConnection[], [] as UpstreamConnection[]];
    for (const connection of this.#idle) (connection.isUsable(now) ? kept : old).push(connection);
    this.#idle = kept;
    for (const connection of old) expire(connection);
    if (kept.length > 0) this.#sweepTimer = setTimeout(this.#sweep, sweepMs).unref();
  };
}

function expire(connection: UpstreamConnection): void {
  connection.destroy(
    new UpstreamError("DMM_GATEWAY_UPSTREAM_FAILED", "The connection was idle for too long."),
  );
}
