import type { Channel } from "./channel.ts";

/** How long a worker waits for the others, in milliseconds; they also poll. */
const spreadMs = 700;

/**
 * The other workers of a task. Only one worker receives a notification of a new version, because the kernel distributes
 * connections; it is acknowledged when all of them serve it.
 */
export class Siblings {
  readonly #parent: Channel | undefined;

  /** `parent` is absent in a gateway without workers. `reach` loads a version, and resolves with the one served then. */
  constructor(parent: Channel | undefined, reach: (version: number) => Promise<number>) {
    this.#parent = parent;
    parent?.serve("reach", async ({ version }) => ({ serves: await reach(version) }));
  }

  /**
   * Announces a version to the others, and resolves with the lowest that one of them serves then; 0 if one of them does
   * not respond, and no limit if there are no others.
   */
  async spread(version: number): Promise<number> {
    if (this.#parent === undefined) return Number.POSITIVE_INFINITY;
    const response = await this.#parent.call("spread", { version }, spreadMs);
    return response?.serves ?? 0;
  }
}

/**
 * In the parent process: passes a version on to `others`. A worker that has ended does not count: its successor loads
 * the newest version before it listens.
 *
 * @returns the lowest version that one of them serves then; 0 if one of them does not respond
 */
export async function spreadVersion(version: number, others: readonly Channel[]): Promise<number> {
  const served = await Promise.all(
    others.map(async (worker) => {
      const response = await worker.call("reach", { version }, spreadMs);
      return response?.serves ?? (worker.connected ? 0 : Number.MAX_SAFE_INTEGER);
    }),
  );
  return Math.min(Number.MAX_SAFE_INTEGER, ...served);
}
