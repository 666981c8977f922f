/** The key's primary is currently unavailable. Access must be refused. */
export class RedisUnavailableError extends Error {
  constructor(reason: string, options: { readonly cause?: unknown } = {}) {
    super(`The key's Redis primary is unavailable: ${reason}`, options);
    this.name = "RedisUnavailableError";
  }
}

/** The reply timed out. */
export class RedisUnresponsiveError extends RedisUnavailableError {
  constructor(ms: number) {
    super(`no reply within ${ms} ms`);
    this.name = "RedisSilentError";
  }
}

/**
 * The promise's outcome, or a RedisUnresponsiveError after `ms` milliseconds. When this process itself was
 * delayed, replies that are waiting in the socket are read first.
 */
export function withinTime<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(new RedisUnresponsiveError(ms))), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
