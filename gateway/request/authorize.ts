import type { ApiErrorCode } from "../errors.ts";
import { type PresentedToken, readCredentials } from "../exchange/credentials.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Client } from "../routing/route.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { keepScopes } from "../tokens/scopes.ts";
import { findMissingScope, type TokenRecord, type Tokens } from "../tokens/tokens.ts";

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
  const client = findClient(record, configuration);
  if (record === undefined || client === undefined) return "DMM_GATEWAY_TOKEN_INVALID";
  if (record.jkt !== undefined || credentials.bound === true) {
    const refusal = await tokens.checkBinding(exchange, credentials, record);
    if (refusal !== undefined) return refusal;
  }
  exchange.clientId = record.clientId;
  exchange.scope = keepScopes(record.scope, client);
  exchange.accountId = record.accountId;
  exchange.tokenExpiresAt = record.exp;
  return findMissingScope(route!.scopes, exchange.scope) === undefined
    ? undefined
    : "DMM_GATEWAY_SCOPE_INSUFFICIENT";
}

/**
 * Whether the token that let an exchange in still would, by the newest configuration: for what goes on after its answer
 * has begun. A proof was for the request that began it.
 *
 * @throws RedisUnavailableError when the token cannot be checked
 */
export async function isStillAuthorized(
  { head, route }: Exchange,
  configuration: ServedConfiguration,
  tokens: Tokens,
): Promise<boolean> {
  const { token } = readCredentials(head.authorization, head.authorizations) as PresentedToken;
  const record = await tokens.find(token);
  const client = findClient(record, configuration);
  if (record === undefined || client === undefined) return false;
  return findMissingScope(route!.scopes, keepScopes(record.scope, client)) === undefined;
}

/** The client that a token was issued to, while it is the same one. */
function findClient(record: TokenRecord | undefined, { clients }: ServedConfiguration): Client | undefined {
  const client = record === undefined ? undefined : clients.get(record.clientId);
  return client?.instance === record?.clientInstance ? client : undefined;
}
