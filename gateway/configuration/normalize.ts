import { normalizeKeys } from "./client-keys.ts";
import { normalizeCors } from "./cors.ts";
import type {
  ClientEntry,
  ConfigurationDocument,
  RouteEntry,
  ScopeEntry,
  UpstreamEntry,
} from "./document.ts";

/**
 * The canonical form of a configuration, so that comparing documents compares their meaning: entries sorted by
 * name, words sorted and unique, methods in upper case, hosts in lower case, origins in URL form.
 */
export function normalizeDocument(document: ConfigurationDocument): ConfigurationDocument {
  return {
    upstreams: byName(document.upstreams.map(normalizeUpstream)),
    scopes: byName(document.scopes.map(normalizeScope)),
    routes: byName(document.routes.map(normalizeRoute)),
    clients: byName(document.clients.map(normalizeClient)),
  };
}

function normalizeUpstream({ name, connectLimitMs, health, targets }: UpstreamEntry): UpstreamEntry {
  return {
    name,
    connectLimitMs,
    // Versions from before health checks have none.
    health: health ? { path: health.path.trim(), intervalMs: health.intervalMs } : null,
    targets: targets
      .map(({ origin, weight }) => ({ origin: normalizeOrigin(origin), weight }))
      .sort((left, right) => compare(left.origin, right.origin)),
  };
}

function normalizeScope({ name, description }: ScopeEntry): ScopeEntry {
  return { name, description: description.trim() };
}

function normalizeRoute(route: RouteEntry): RouteEntry {
  return {
    name: route.name,
    host: route.host === null || route.host === "" ? null : route.host.toLowerCase().replace(/\.$/, ""),
    methods: words(route.methods.map((method) => method.toUpperCase())),
    path: route.path,
    upstream: route.upstream,
    scopes: words(route.scopes),
    public: route.public,
    rewritePrefix: route.rewritePrefix === "" ? null : route.rewritePrefix,
    firstByteLimitMs: route.firstByteLimitMs,
    idleLimitMs: route.idleLimitMs,
    wholeLimitMs: route.wholeLimitMs,
    bodyLimitBytes: route.bodyLimitBytes,
    retries: route.retries,
    rate: route.rate === null ? null : { perSecond: route.rate.perSecond, burst: route.rate.burst },
    // Versions from before CORS have none.
    cors: route.cors ? normalizeCors(route.cors) : null,
  };
}

function normalizeClient(client: ClientEntry): ClientEntry {
  return {
    name: client.name,
    description: client.description.trim(),
    public: client.public,
    scopes: words(client.scopes),
    grantTypes: words(client.grantTypes),
    redirectUris: words(client.redirectUris),
    // Versions from before RP-initiated logout have none.
    postLogoutRedirectUris: words(client.postLogoutRedirectUris ?? []),
    tokenEndpointAuthMethod: readAuthMethod(client),
    jwks: normalizeKeys(client.jwks ?? null),
    // Versions from before this setting get the former behaviour.
    requirePushedAuthorizationRequests: client.requirePushedAuthorizationRequests ?? false,
    dpopBoundAccessTokens: client.dpopBoundAccessTokens ?? false,
    idTokenSignedResponseAlg: client.idTokenSignedResponseAlg ?? "ES256",
  };
}

type AuthenticatingClient = Pick<ClientEntry, "public"> &
  Partial<Pick<ClientEntry, "tokenEndpointAuthMethod" | "jwks">>;

/** The client's authentication method; inferred from its credentials where it is not set. */
export function readAuthMethod({
  public: isPublic,
  jwks,
  tokenEndpointAuthMethod,
}: AuthenticatingClient): string {
  if (tokenEndpointAuthMethod !== undefined) return tokenEndpointAuthMethod;
  if (isPublic) return "none";
  return jwks ? "private_key_jwt" : "client_secret_basic";
}

/** An invalid origin is kept for validation to report. */
function normalizeOrigin(origin: string): string {
  const url = URL.parse(origin.trim());
  return url !== null && url.href === `${url.origin}/` ? url.origin : origin.trim();
}

function words(list: readonly string[]): string[] {
  return [...new Set(list)].sort(compare);
}

function byName<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...entries].sort((left, right) => compare(left.name, right.name));
}

/** By code unit, not by locale: the same on every machine. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
