import { OperatorError } from "../errors.ts";

/** Checks that may be queued before the server responds that it is busy. */
const longestQueue = 20;

/** Too many checks of passwords are waiting. */
export class PasswordQueueFullError extends OperatorError {
  constructor() {
    super("DMM_GATEWAY_PASSWORD_QUEUE_FULL", `${longestQueue} checks of passwords are waiting already.`);
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

  /** @throws PasswordQueueFullError when too many are waiting */
  async run<T>(check: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) {
      if (this.#waiting.length >= longestQueue) throw new PasswordQueueFullError();
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
