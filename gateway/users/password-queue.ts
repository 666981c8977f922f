/** Checks that may be queued before the server responds that it is busy. */
const longestQueue = 20;

/** Too many passwords are being checked concurrently. */
export class PasswordsBusyError extends Error {
  constructor() {
    super("Too many passwords are being checked at the same time.");
    this.name = "PasswordsBusyError";
  }
}

/** Limits how many expensive checks of passwords run concurrently, and how many wait. */
export class PasswordQueue {
  readonly #most: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param most checks that run concurrently */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws PasswordsBusyError when too many are waiting */
  async run<T>(check: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) {
      if (this.#waiting.length >= longestQueue) throw new PasswordsBusyError();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await check();
    } finally {
      // A place is passed to the next waiting check directly, so that none can overtake it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
