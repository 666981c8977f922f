/** The key's primary cannot be asked at the moment. Nobody may be let in for it. */
export class RedisUnavailableError extends Error {
  constructor(reason: string, options: { readonly cause?: unknown } = {}) {
    super(`The key's Redis primary is unavailable: ${reason}`, options);
    this.name = "RedisUnavailableError";
  }
}

/** No answer came in time. */
export class RedisUnresponsiveError extends RedisUnavailableError {
  constructor(ms: number) {
    super(`no reply within ${ms} ms`);
    this.name = "RedisSilentError";
  }
}

/**
 * The promise's outcome, or a RedisSilentError after `ms` milliseconds. When this process was held up itself, replies
 * that are waiting to be read come first.
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
