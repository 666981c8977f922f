import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { Primaries } from "../redis/primaries.ts";
import { type Consumption, planAbort } from "./single-use.ts";

/** How long a job is retried, in milliseconds. */
const limitMs = 10 * 60_000;
const mostJobs = 1000;

/** Tracks work that must finish before the process ends. */
export interface Work {
  begin(): void;
  end(): void;
}

/**
 * Aborts transactions whose outcome is unknown: their requests got a 503, so the client will send the same code or
 * refresh token again. A job continues until the store has confirmed it.
 */
export class AbortJobs {
  readonly #primaries: Primaries;
  readonly #logger: Logger;
  readonly #work: Work;
  #running = 0;

  constructor(primaries: Primaries, { logger, work }: { readonly logger: Logger; readonly work: Work }) {
    this.#primaries = primaries;
    this.#logger = logger;
    this.#work = work;
  }

  begin(consumption: Consumption): void {
    const { place, transaction } = consumption;
    if (this.#running >= mostJobs) {
      this.#logger.error({ transaction }, "token request not undone: queue full");
      return;
    }
    this.#running++;
    this.#work.begin();
    const { key, args } = planAbort(consumption);
    this.#primaries
      .write(key, args, limitMs)
      .then(
        () => this.#logger.info({ transaction }, "token request undone"),
        (error: Error) =>
          this.#logger.error(
            { transaction, key: place.key, error: describeReason(error) },
            "token request not undone",
          ),
      )
      .finally(() => {
        this.#running--;
        this.#work.end();
      });
  }
}
