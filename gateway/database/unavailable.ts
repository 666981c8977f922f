/** Error codes of driver and server for a database that is unavailable, not the writer, or overloaded. */
const awayCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "ER_CON_COUNT_ERROR",
  "ER_CONNECTION_KILLED",
  "ER_LOCK_DEADLOCK",
  "ER_LOCK_WAIT_TIMEOUT",
  "ER_NO_SUCH_TABLE",
  "ER_OPTION_PREVENTS_STATEMENT",
  "ER_QUERY_INTERRUPTED",
  "ER_READ_ONLY_MODE",
  "ER_SERVER_SHUTDOWN",
]);

/** The driver's code for a statement timeout. */
const lateCode = "PROTOCOL_SEQUENCE_TIMEOUT";

/** A former writer refuses writes: 1290 for `read_only`, 1836 for `innodb_read_only` (Aurora). */
const readOnlyCodes: ReadonlySet<string> = new Set(["ER_OPTION_PREVENTS_STATEMENT", "ER_READ_ONLY_MODE"]);

interface DatabaseError {
  readonly code?: string;
  readonly fatal?: boolean;
}

/** Whether the database is unavailable, so that retrying later may help. */
export function isAway(error: unknown): boolean {
  const { code = "", fatal } = error as DatabaseError;
  return awayCodes.has(code) || fatal === true;
}

/** Whether the server that responded is not the writer. */
export function isReadOnly(error: unknown): boolean {
  return readOnlyCodes.has((error as DatabaseError).code ?? "");
}

/** Whether the connection can no longer be used. */
export function isConnectionLost(error: unknown): boolean {
  const { code, fatal } = error as DatabaseError;
  return fatal === true || code === lateCode || isReadOnly(error);
}

/** The server's error for a write, for one that turned out to be a reader before anything was written. */
export function readOnlyError(): Error {
  return Object.assign(new Error("The server that responds is a reader."), { code: "ER_READ_ONLY_MODE" });
}

/**
 * Waits `limitMs` at most. A server whose host is gone never responds, and TCP notices only after fifteen minutes;
 * the caller must drop the connection.
 */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`The database did not respond within ${limitMs} ms.`);
      reject(Object.assign(error, { code: lateCode }));
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
