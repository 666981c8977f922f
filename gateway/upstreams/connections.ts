import { UpstreamConnection, type UpstreamRequest } from "./connection.ts";
import type { Origin } from "./origin.ts";
import { UpstreamError } from "./upstream-error.ts";

/** A connection is closed at this age, so that a name that leads elsewhere by then is noticed, in milliseconds. */
const lifetimeMs = 60_000;
const sweepMs = 1000;

/** The connections of this process to one origin: as many as requests run at a time, and some that wait for the next. */
export class Connections {
  readonly #origin: Origin;
  readonly #all = new Set<UpstreamConnection>();
  /** The one that was used last is at the end and taken first, so that what is not needed expires. */
  #idle: UpstreamConnection[] = [];
  #sweepTimer: NodeJS.Timeout | undefined;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Connections, idle ones too. */
  get open(): number {
    return this.#all.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** Sends a request over an idle connection or a new one, and answers which. */
  send(request: UpstreamRequest, connectLimitMs: number): UpstreamConnection {
    const connection = this.#takeIdle() ?? this.#open(connectLimitMs);
    connection.send(request);
    return connection;
  }

  /** Ends everything that runs. */
  close(): void {
    clearTimeout(this.#sweepTimer);
    this.#idle = [];
    for (const connection of this.#all)
      connection.destroy(new UpstreamError("failed", "The gateway is shutting down."));
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
  connection.destroy(new UpstreamError("failed", "The connection was idle for too long."));
}
