/** How a service's rounds are run. */
export interface ReconcileLoopOptions {
  /** One round. What it throws is told and does not end the reconcileLoop. */
  readonly run: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** From the end of a round to the next one that nobody asked for, in milliseconds. */
  readonly pauseMs: () => number;
}

/** Runs rounds one after another, never two at once: when somebody asks, and from time to time by itself. */
export class ReconcileLoop {
  readonly #options: ReconcileLoopOptions;
  #wanted = false;
  #ended = false;
  #running: Promise<void> | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(options: ReconcileLoopOptions) {
    this.#options = options;
  }

  /** A whole round begins after this, whatever one under way has seen. */
  wake(): void {
    this.#wanted = true;
    this.#running ??= this.#runAll();
  }

  /** No further round begins. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#beat);
  }

  /** Resolves when no round is under way. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #runAll(): Promise<void> {
    clearTimeout(this.#beat);
    // Whoever wakes the service has not finished what it is about.
    await Promise.resolve();
    while (this.#wanted && !this.#ended) {
      this.#wanted = false;
      await this.#options.run().catch(this.#options.onError);
    }
    this.#running = undefined;
    if (!this.#ended) this.#beat = setTimeout(() => this.wake(), this.#options.pauseMs()).unref();
  }
}
