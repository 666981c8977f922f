import { RedisUnavailableError } from "../redis/unavailable.ts";

/** Codes of a database that cannot be reached or does not write at the moment, as during its failover. */
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

/** Whether a failure passes by itself: a store is away, and nobody did anything wrong. */
export function isLostStore(error: Error & { readonly code?: string }): boolean {
  return error instanceof RedisUnavailableError || databaseCodes.has(error.code ?? "");
}
