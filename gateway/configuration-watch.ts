import { readConfiguration, readVersion } from "./database/configuration.ts";
import { type Pool, untilReachable } from "./database/pool.ts";
import type { Logger } from "./logger.ts";
import { compileConfiguration, emptyConfiguration, type ServedConfiguration } from "./routing/served.ts";
import type { Upstreams } from "./upstreams/upstreams.ts";

export interface WatchSettings {
  readonly writer: Pool;
  readonly reader: Pool;
  readonly upstreams: Upstreams;
  readonly logger: Logger;
  readonly pollMs: number;
}

/**
 * Keeps the served configuration at the database's version. While the database is away the last one is served on; a
 * version that does not compile is told and left out, because half a route table is worse than an old one.
 */
export class ConfigurationWatch {
  readonly #settings: WatchSettings;
  #current = emptyConfiguration;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #refusedVersion = 0;

  constructor(settings: WatchSettings) {
    this.#settings = settings;
  }

  get current(): ServedConfiguration {
    return this.#current;
  }

  /** Resolves once the first configuration is served. */
  async start(): Promise<void> {
    const { logger } = this.#settings;
    await untilReachable(
      () => this.load(),
      (error) => logger.warn({ error: error.message }, "waiting for the configuration"),
      () => !this.#closed,
    );
    this.#schedule();
  }

  /** Loads the newest version from the writer, or from a reader while there is no writer. */
  async load(): Promise<void> {
    const { writer, reader, upstreams, logger } = this.#settings;
    const stored = await readConfiguration(writer).catch(() => readConfiguration(reader));
    if (stored.version <= this.#current.version) return;
    this.#current = compileConfiguration(stored, upstreams);
    logger.info({ version: stored.version, routes: stored.routes.length }, "configuration loaded");
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#poll().finally(() => this.#schedule());
    }, this.#settings.pollMs);
  }

  async #poll(): Promise<void> {
    const { writer, reader, logger } = this.#settings;
    let version = 0;
    try {
      version = await readVersion(writer).catch(() => readVersion(reader));
      if (version > this.#current.version && version !== this.#refusedVersion) await this.load();
    } catch (error) {
      this.#refusedVersion = version;
      logger.warn({ error: (error as Error).message, version }, "configuration not loaded");
    }
  }
}
