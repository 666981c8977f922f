import { OperatorError } from "../errors.ts";

/** The key's primary is currently unavailable. Access must be refused. */
export class RedisUnavailableError extends OperatorError {
  constructor(
    reason: string,
    {
      code = "DMM_GATEWAY_REDIS_UNAVAILABLE",
      ...options
    }: { readonly code?: OperatorError["code"]; readonly cause?: unknown } = {},
  ) {
    super(code, `The key's Redis primary is unavailable: ${reason}`, options);
  }
}

/** The reply timed out. */
export class RedisUnresponsiveError extends RedisUnavailableError {
  constructor(ms: number) {
    super(`no reply within ${ms} ms`, { code: "DMM_GATEWAY_REDIS_UNRESPONSIVE" });
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
