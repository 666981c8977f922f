import type { Upstream } from "../upstreams/upstream.ts";
import type { Cors } from "./cors.ts";

/** One row of the route table. */
export interface Route {
  readonly name: string;
  /** Lower-case host name; absent for every host. */
  readonly host?: string;
  /** Upper-case methods; GET implies HEAD. */
  readonly methods: readonly string[];
  /**
   * `/orders/{id}/items`; a last segment `*` matches the rest: `/a/*` matches `/a/` and everything below, not
   * `/a`.
   */
  readonly path: string;
  readonly upstream: Upstream;
  /** All of them are required. */
  readonly scopes: readonly string[];
  /** Requires no token. */
  readonly public: boolean;
  /** Replaces the literal prefix of the path, up to the first parameter or `*`. */
  readonly rewritePrefix?: string;
  /** From the end of the request until the response's header section, in milliseconds. */
  readonly firstByteLimitMs: number;
  /** Between two reads of the response, in milliseconds. */
  readonly idleLimitMs: number;
  /** From the request's header section to the end of the response, in milliseconds; 0 is without limit. */
  readonly wholeLimitMs: number;
  readonly bodyLimitBytes: number;
  /** Retries of an idempotent request. */
  readonly retries: number;
  readonly rate?: { readonly perSecond: number; readonly burst: number };
  /** Cross-origin access; if absent, the upstream decides. */
  readonly cors?: Cors;
}

/** A client of the OAuth2 server. */
export interface Client {
  readonly id: string;
  /** Description for users who are asked for consent; empty if not set. */
  readonly description: string;
  /** Has no secret, because it could not keep one (RFC 6749 section 2.1). */
  readonly public: boolean;
  readonly secretHash?: string;
  /** Changes when the client is removed and created again, or its tokens are ended. */
  readonly instance: string;
  readonly scopes: readonly string[];
  readonly grantTypes: readonly string[];
  /** Compared exactly (RFC 9700 section 2.1). */
  readonly redirectUris: readonly string[];
  /** Redirect URIs after signing out, compared exactly. */
  readonly postLogoutRedirectUris: readonly string[];
  /** `client_secret_basic`, `private_key_jwt` or `none`. */
  readonly tokenEndpointAuthMethod: string;
  /** Public keys for its assertions. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | null;
  /** Whether its authorization requests must be pushed (RFC 9126 section 6). */
  readonly requirePushedAuthorizationRequests: boolean;
  /** Whether its tokens must be bound to a key (RFC 9449 section 5.2). */
  readonly dpopBoundAccessTokens: boolean;
  readonly idTokenSignedResponseAlg: string;
}

/** Everything that determines what a gateway serves, as of one version. */
export interface StoredConfiguration {
  readonly version: number;
  readonly routes: readonly Route[];
  readonly clients: readonly Client[];
}
