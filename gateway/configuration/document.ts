import type { Cors } from "../routing/cors.ts";

/** An API behind the gateways: one or more origins, chosen by weight. */
export interface UpstreamEntry {
  readonly name: string;
  readonly connectLimitMs: number;
  /** Health check of each origin; `null` disables it. */
  readonly health: HealthEntry | null;
  readonly targets: readonly TargetEntry[];
}

export interface HealthEntry {
  /** May include a query. */
  readonly path: string;
  readonly intervalMs: number;
}

export interface TargetEntry {
  readonly origin: string;
  /** 0 disables the origin and keeps its entry. */
  readonly weight: number;
}

/** A permission of a client, with a description for users. */
export interface ScopeEntry {
  readonly name: string;
  readonly description: string;
}

/** Maps requests to an API, with conditions. `null` is "none". */
export interface RouteEntry {
  readonly name: string;
  readonly host: string | null;
  readonly methods: readonly string[];
  readonly path: string;
  readonly upstream: string;
  readonly scopes: readonly string[];
  readonly public: boolean;
  readonly rewritePrefix: string | null;
  readonly firstByteLimitMs: number;
  readonly idleLimitMs: number;
  readonly wholeLimitMs: number;
  readonly bodyLimitBytes: number;
  readonly retries: number;
  readonly rate: { readonly perSecond: number; readonly burst: number } | null;
  /** Cross-origin access for pages of other origins. */
  readonly cors: Cors | null;
}

/** A public JSON Web Key (RFC 7517). */
export type ClientKey = Readonly<Record<string, unknown>>;

export interface ClientKeys {
  readonly keys: readonly ClientKey[];
}

/**
 * A client of the OAuth2 server, in the terms of RFC 7591; its name is the `client_id`. Secrets are never part of
 * a document.
 */
export interface ClientEntry {
  readonly name: string;
  readonly description: string;
  /** Has no secret, because it could not keep one (RFC 6749 section 2.1). */
  readonly public: boolean;
  readonly scopes: readonly string[];
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
  /** Allowed redirect URIs after signing out (OpenID Connect RP-Initiated Logout section 3.1). */
  readonly postLogoutRedirectUris: readonly string[];
  /** `none` is equivalent to a public client. */
  readonly tokenEndpointAuthMethod: string;
  /** For `private_key_jwt`. */
  readonly jwks: ClientKeys | null;
  /** RFC 9126 section 6. */
  readonly requirePushedAuthorizationRequests: boolean;
  /** RFC 9449 section 5.2. */
  readonly dpopBoundAccessTokens: boolean;
  readonly idTokenSignedResponseAlg: string;
}

interface Entries {
  readonly upstreams: UpstreamEntry;
  readonly scopes: ScopeEntry;
  readonly routes: RouteEntry;
  readonly clients: ClientEntry;
}

export type Kind = keyof Entries;
export type EntryOf<K extends Kind> = Entries[K];
export type Entry = Entries[Kind];

/**
 * Everything that determines what gateways serve, except secrets, in the form that is compared, stored and shown.
 */
export type ConfigurationDocument = { readonly [K in Kind]: readonly EntryOf<K>[] };

/** In dependency order. */
export const kinds = ["upstreams", "scopes", "routes", "clients"] as const satisfies readonly Kind[];

/** The noun for an entry of each kind. */
export const nouns: Readonly<Record<Kind, string>> = {
  upstreams: "API",
  scopes: "scope",
  routes: "route",
  clients: "client",
};

export function findEntry<K extends Kind>(
  document: ConfigurationDocument,
  kind: K,
  name: string,
): EntryOf<K> | undefined {
  return (document[kind] as readonly EntryOf<K>[]).find((entry) => entry.name === name);
}

/** The document with one entry added or replaced. */
export function putEntry<K extends Kind>(
  document: ConfigurationDocument,
  kind: K,
  entry: EntryOf<K>,
): ConfigurationDocument {
  const others = (document[kind] as readonly EntryOf<K>[]).filter(({ name }) => name !== entry.name);
  return { ...document, [kind]: [...others, entry] };
}

export function removeEntry(
  document: ConfigurationDocument,
  kind: Kind,
  name: string,
): ConfigurationDocument {
  return { ...document, [kind]: (document[kind] as readonly Entry[]).filter((entry) => entry.name !== name) };
}
