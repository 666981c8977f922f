/** The key's primary cannot be asked at the moment. Nobody may be let in for it. */
export class RedisUnavailableError extends Error {
  constructor(reason: string, options: { readonly cause?: unknown } = {}) {
    super(`The key's Redis primary cannot be asked: ${reason}`, options);
    this.name = "RedisUnavailableError";
  }
}

/** The promise's outcome, or a RedisUnavailableError after `ms` milliseconds. */
export function withinTime<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new RedisUnavailableError(`no answer within ${ms} ms`)), ms);
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
