import type { ApiErrorCode } from "../errors.ts";
import { type PresentedToken, readCredentials } from "../exchange/credentials.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Client } from "../routing/route.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { keepScopes } from "../tokens/scopes.ts";
import { findMissingScope, type TokenRecord, type Tokens } from "../tokens/tokens.ts";

/**
 * Whether the request may use its route: a live token of an existing client with every scope of the route.
 * Resolves with the reason if not. Records the client and user on the exchange.
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
 * Whether the token that authorized an exchange is still sufficient under the newest configuration; for
 * connections that outlive the start of their response. A DPoP proof covers the initial request only.
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

/** The client that a token was issued to, if it is still the same instance. */
function findClient(record: TokenRecord | undefined, { clients }: ServedConfiguration): Client | undefined {
  const client = record === undefined ? undefined : clients.get(record.clientId);
  return client?.instance === record?.clientInstance ? client : undefined;
}
