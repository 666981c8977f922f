import { type Pool, untilReachable } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import { compileConfiguration, emptyConfiguration, type ServedConfiguration } from "../routing/served.ts";
import type { Upstreams } from "../upstreams/upstreams.ts";
import { readConfiguration, readVersion } from "./stored-configuration.ts";

export interface WatchSettings {
  readonly writer: Pool;
  readonly reader: Pool;
  readonly upstreams: Upstreams;
  readonly logger: Logger;
  readonly pollMs: number;
}

/** A version that this gateway could not serve, with the reason. */
export interface Refusal {
  readonly version: number;
  readonly reason: string;
}

/**
 * Keeps the served configuration at the database's version: loads a new one when notified, and polls so that a
 * lost message does no harm. While the database is unavailable the last version is served. A version that does not
 * compile is logged and skipped, because half a route table is worse than an old one.
 */
export class ConfigurationWatch {
  readonly #settings: WatchSettings;
  #current = emptyConfiguration;
  #refusal: Refusal | undefined;
  #unread: string | undefined;
  /** The reason that was logged last, until a read succeeds. */
  #loggedReason: string | undefined;
  #loading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(settings: WatchSettings) {
    this.#settings = settings;
  }

  get current(): ServedConfiguration {
    return this.#current;
  }

  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** Why the last read of the database failed; absent if it succeeded. */
  get unread(): string | undefined {
    return this.#unread;
  }

  /** Resolves once the first configuration is served. */
  async start(): Promise<void> {
    const { logger } = this.#settings;
    await untilReachable(
      () => this.load(),
      (error) => logger.warn({ error: describeReason(error) }, "waiting for the configuration"),
      () => !this.#closed,
    );
    this.#schedule();
  }

  /** Loads the newest version; concurrent callers share one load. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /**
   * Version `version` was committed: serves it if possible, and never throws; `current` and `refusal` show the
   * result. A load in progress may have read the previous version, so a second one follows.
   */
  async reach(version: number): Promise<void> {
    for (let attempt = 0; attempt < 2 && this.#isAhead(version); attempt++)
      await this.load().catch((error: Error) => this.#logReason(error));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    const { upstreams, logger } = this.#settings;
    const stored = await this.#read(readConfiguration);
    if (!this.#isAhead(stored.version)) return;
    try {
      this.#current = compileConfiguration(stored, upstreams);
    } catch (error) {
      this.#refusal = { version: stored.version, reason: describeReason(error) };
      throw error;
    }
    this.#refusal = undefined;
    upstreams.serve(this.#current.choices);
    logger.info({ version: stored.version, routes: stored.routes.length }, "configuration loaded");
  }

  /** Reads from the writer, which is never behind; from a reader while there is no writer. */
  async #read<T>(read: (pool: Pool) => Promise<T>): Promise<T> {
    const { writer, reader } = this.#settings;
    try {
      const found = await read(writer).catch(() => read(reader));
      this.#unread = undefined;
      return found;
    } catch (error) {
      this.#unread = describeReason(error);
      throw error;
    }
  }

  #isAhead(version: number): boolean {
    return version > this.#current.version && version !== this.#refusal?.version;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#poll().finally(() => this.#schedule());
    }, this.#settings.pollMs);
  }

  async #poll(): Promise<void> {
    try {
      const version = await this.#read(readVersion);
      if (this.#isAhead(version)) await this.load();
      this.#loggedReason = undefined;
    } catch (error) {
      this.#logReason(error as Error);
    }
  }

  #logReason(error: Error): void {
    const reason = describeReason(error);
    if (reason === this.#loggedReason) return;
    this.#loggedReason = reason;
    this.#settings.logger.warn({ error: reason, refusal: this.#refusal }, "configuration reload failed");
  }
}
