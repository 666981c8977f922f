import type { ConfigurationWatch } from "../configuration/watch.ts";
import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import { nameInstance, representsTask } from "../workers/worker-variables.ts";

/** Interval of heartbeats, which is also the delay until a changed state is reported, in milliseconds. */
export const heartbeatMs = 2000;
const checkMs = 200;

export interface HeartbeatParts {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly address: string;
  readonly port: number;
  readonly readState: () => string;
  readonly watch: ConfigurationWatch;
}

/**
 * A gateway's row in the table `gateways`: address, state, and the version that it serves. The admin site finds
 * the gateways there, and shows their state even if it was not running when it changed.
 */
export class Heartbeat {
  /** Of this task; a successor at the same address has another. */
  readonly instance = nameInstance();
  readonly #parts: HeartbeatParts;
  #timer: NodeJS.Timeout | undefined;
  #sentState = "";
  #sentAt = 0;
  #writing: Promise<void> = Promise.resolve();
  #away = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  start(): void {
    if (!representsTask()) return;
    this.#timer = setInterval(() => this.#check(), checkMs);
    this.#timer.unref();
    this.#check();
  }

  /** Records that this gateway has left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (!representsTask()) return;
    await this.#writing;
    await this.#write("closed");
  }

  #check(): void {
    const { readState, watch } = this.#parts;
    const state = readState();
    const news = `${state} ${watch.current.version} ${watch.refusal?.version}`;
    const now = Date.now();
    if (news === this.#sentState && now - this.#sentAt < heartbeatMs) return;
    this.#sentState = news;
    this.#sentAt = now;
    this.#writing = this.#writing.then(() => this.#write(state));
  }

  async #write(state: string): Promise<void> {
    const { pool, address, port, watch, logger } = this.#parts;
    const { refusal } = watch;
    try {
      await pool.query(
        `INSERT INTO gateways
         (instance, address, port, state, version, refused_version, refusal, started_at, seen_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
         ON DUPLICATE KEY UPDATE state = VALUES(state), version = VALUES(version),
         refused_version = VALUES(refused_version), refusal = VALUES(refusal), seen_at = VALUES(seen_at)`,
        [
          this.instance,
          address,
          port,
          state,
          watch.current.version,
          refusal?.version ?? null,
          refusal?.reason.slice(0, 500) ?? null,
        ],
      );
      this.#away = false;
    } catch (error) {
      // The database is unavailable or not migrated yet: requests do not wait for it, and the next heartbeat
      // retries.
      this.#sentState = "";
      if (!this.#away) logger.warn({ error: describeReason(error) }, "heartbeat failed");
      this.#away = true;
    }
  }
}
