import type { ApiErrorCode } from "../errors.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { findMissingScope, type Tokens } from "../tokens/tokens.ts";
import { readCredentials } from "./credentials.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Whether the request may pass its route: a token that lives, of a client that exists, with every scope of the route.
 * Resolves with the reason why not. Notes on the exchange who asks.
 *
 * @throws RedisUnavailableError when the token cannot be checked
 */
export async function authorize(
  exchange: Exchange,
  configuration: ServedConfiguration,
  tokens: Tokens,
): Promise<ApiErrorCode | undefined> {
  const { head, route } = exchange;
  if (route!.public) return undefined;
  const credentials = readCredentials(head.authorization, head.authorizations);
  if (credentials === "missing") return "DMM_GATEWAY_TOKEN_MISSING";
  if (credentials === "malformed") return "DMM_GATEWAY_TOKEN_MALFORMED";
  const record = await tokens.find(credentials.token);
  // A token bound to a key is worth nothing without the proof of that key.
  if (record === undefined || record.jkt !== undefined) return "DMM_GATEWAY_TOKEN_INVALID";
  if (!configuration.clients.has(record.clientId)) return "DMM_GATEWAY_TOKEN_INVALID";
  exchange.clientId = record.clientId;
  exchange.scope = record.scope;
  exchange.accountId = record.accountId;
  return findMissingScope(route!.scopes, record.scope) === undefined
    ? undefined
    : "DMM_GATEWAY_SCOPE_INSUFFICIENT";
}
