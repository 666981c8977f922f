import type { ApiErrorCode } from "../errors.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { keepScopes } from "../tokens/scopes.ts";
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
  const client = record === undefined ? undefined : configuration.clients.get(record.clientId);
  if (record === undefined || client === undefined || record.clientInstance !== client.instance)
    return "DMM_GATEWAY_TOKEN_INVALID";
  if (record.jkt !== undefined || credentials.bound === true) {
    const refusal = await tokens.checkBinding(exchange, credentials, record);
    if (refusal !== undefined) return refusal;
  }
  exchange.clientId = record.clientId;
  exchange.scope = keepScopes(record.scope, client);
  exchange.accountId = record.accountId;
  return findMissingScope(route!.scopes, exchange.scope) === undefined
    ? undefined
    : "DMM_GATEWAY_SCOPE_INSUFFICIENT";
}
