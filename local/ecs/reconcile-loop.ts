/** How a service is reconciled. */
export interface ReconcileLoopOptions {
  /** One reconciliation. Errors are logged and do not end the loop. */
  readonly run: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Pause before the next periodic reconciliation, in milliseconds. */
  readonly pauseMs: () => number;
}

/** Runs reconciliations one after another, never two at once: on request, and periodically. */
export class ReconcileLoop {
  readonly #options: ReconcileLoopOptions;
  #wanted = false;
  #ended = false;
  #running: Promise<void> | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(options: ReconcileLoopOptions) {
    this.#options = options;
  }

  /** Requests a full reconciliation after any that is in progress. */
  wake(): void {
    this.#wanted = true;
    this.#running ??= this.#runAll();
  }

  /** Starts no further reconciliation. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#beat);
  }

  /** Resolves when no reconciliation is in progress. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #runAll(): Promise<void> {
    clearTimeout(this.#beat);
    // The caller of `wake` may still be in the middle of its change.
    await Promise.resolve();
    while (this.#wanted && !this.#ended) {
      this.#wanted = false;
      await this.#options.run().catch(this.#options.onError);
    }
    this.#running = undefined;
    if (!this.#ended) this.#beat = setTimeout(() => this.wake(), this.#options.pauseMs()).unref();
  }
}
