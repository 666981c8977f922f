import { readCredentials } from "../exchange/credentials.ts";
import type { Authenticated, Authorized, Routed } from "../exchange/exchange.ts";
import type { Client } from "../routing/route.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { keepScopes } from "../tokens/scopes.ts";
import { findMissingScope, type TokenRecord, type Tokens } from "../tokens/tokens.ts";
import type { Outcome, StepContext } from "./step.ts";

/**
 * A step of the request path: a route that is not public needs a valid token of a client that exists.
 *
 * Always asynchronous, so that a refusal comes after the rest of what arrived with the request's header has been parsed:
 * only then is it known whether the connection can carry another request.
 *
 * @throws RedisUnavailableError when the token cannot be checked
 */
export async function authenticate(
  exchange: Routed,
  { configuration, tokens, logger }: StepContext,
): Promise<Outcome<Authenticated>> {
  const { head, route } = exchange;
  if (route.public) {
    exchange.setCaller(undefined);
    return exchange;
  }
  const credentials = readCredentials(head.authorization, head.authorizations);
  if (credentials === "missing") return { code: "DMM_GATEWAY_TOKEN_MISSING" };
  if (credentials === "malformed") return { code: "DMM_GATEWAY_TOKEN_MALFORMED" };
  const record = await tokens.find(credentials.token);
  const client = findClient(record, configuration);
  if (record === undefined || client === undefined) return { code: "DMM_GATEWAY_TOKEN_INVALID" };
  if (record.jkt !== undefined || credentials.bound === true) {
    const refusal = await tokens.checkBinding(exchange, credentials, record);
    if (refusal !== undefined) {
      const { code, fault } = refusal;
      if (fault !== undefined) logger.info({ requestId: exchange.id, fault }, "DPoP proof refused");
      return { code };
    }
  }
  exchange.setCaller({
    clientId: record.clientId,
    scope: keepScopes(record.scope, client),
    accountId: record.accountId,
    tokenExpiresAt: record.exp,
  });
  return exchange;
}

/** A step of the request path: token and client must both have every scope of the route. */
export function requireScopes(exchange: Authenticated): Outcome<Authorized> {
  const { route, caller } = exchange;
  if (!route.public && findMissingScope(route.scopes, caller?.scope) !== undefined)
    return { code: "DMM_GATEWAY_SCOPE_INSUFFICIENT" };
  exchange.setAuthorized();
  return exchange;
}

/**
 * Whether the token that authorized an exchange is still sufficient under the newest configuration; for
 * connections that outlive the start of their response. A DPoP proof covers the initial request only.
 *
 * @throws RedisUnavailableError when the token cannot be checked
 */
export async function isStillAuthorized(
  { head, route }: Authorized,
  configuration: ServedConfiguration,
  tokens: Tokens,
): Promise<boolean> {
  const credentials = readCredentials(head.authorization, head.authorizations);
  if (typeof credentials === "string") return false;
  const record = await tokens.find(credentials.token);
  const client = findClient(record, configuration);
  if (record === undefined || client === undefined) return false;
  return findMissingScope(route.scopes, keepScopes(record.scope, client)) === undefined;
}

/** The client that a token was issued to, if it is still the same instance. */
function findClient(record: TokenRecord | undefined, { clients }: ServedConfiguration): Client | undefined {
  const client = record === undefined ? undefined : clients.get(record.clientId);
  return client?.instance === record?.clientInstance ? client : undefined;
}
