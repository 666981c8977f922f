import { RedisUnavailableError } from "../redis/unavailable.ts";

/** Error codes of a database that is unreachable or read-only for the moment, as during its failover. */
const databaseCodes: ReadonlySet<string> = new Set([
  "PROTOCOL_CONNECTION_LOST",
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EPIPE",
  "ER_OPTION_PREVENTS_STATEMENT",
  "ER_SERVER_SHUTDOWN",
]);

/** Whether a failure is temporary: a store is unavailable, and the request was valid. */
export function isLostStore(error: Error & { readonly code?: string }): boolean {
  return error instanceof RedisUnavailableError || databaseCodes.has(error.code ?? "");
}
