import type { Upstream } from "../upstreams/upstream.ts";
import type { Cors } from "./cors.ts";

/** One row of the route table. */
export interface Route {
  readonly name: string;
  /** Host name in lower case; absent means every host. */
  readonly host?: string;
  /** Upper-case methods; GET brings HEAD. */
  readonly methods: readonly string[];
  /** `/orders/{id}/items`; a last segment `*` takes the rest: `/a/*` has `/a/` and all below, not `/a`. */
  readonly path: string;
  readonly upstream: Upstream;
  /** All of them are needed. */
  readonly scopes: readonly string[];
  /** Needs no token at all. */
  readonly public: boolean;
  /** Replaces the fixed part of the path, up to the first parameter or `*`. */
  readonly rewritePrefix?: string;
  /** From the end of the request until the answer's head, in milliseconds. */
  readonly firstByteLimitMs: number;
  /** Between two parts of the answer, in milliseconds. */
  readonly idleLimitMs: number;
  /** From the request's head to the answer's end, in milliseconds; 0 is without limit. */
  readonly wholeLimitMs: number;
  readonly bodyLimitBytes: number;
  /** Further attempts of a request that can be repeated without harm. */
  readonly retries: number;
  readonly rate?: { readonly perSecond: number; readonly burst: number };
  /** Pages of other origins that may use it; absent, the upstream decides. */
  readonly cors?: Cors;
}

/** A client of the OAuth2 server. */
export interface Client {
  readonly id: string;
  /** In words for the people who are asked to trust it; empty where nobody gave any. */
  readonly description: string;
  /** Has no secret, because it could not keep one (RFC 6749 2.1). */
  readonly public: boolean;
  readonly secretHash?: string;
  /** Another one after the client was removed and created again, or its tokens were ended. */
  readonly instance: string;
  readonly scopes: readonly string[];
  readonly grantTypes: readonly string[];
  /** Compared as they are (RFC 9700 2.1). */
  readonly redirectUris: readonly string[];
  /** Where a browser may be sent after signing out, compared as they are. */
  readonly postLogoutRedirectUris: readonly string[];
  /** `client_secret_basic`, `private_key_jwt` or `none`. */
  readonly tokenEndpointAuthMethod: string;
  /** Public keys of its assertions. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | null;
  /** Whether its authorization requests must be pushed (RFC 9126 6). */
  readonly requirePushedAuthorizationRequests: boolean;
  /** Whether its tokens must be bound to a key (RFC 9449 5.2). */
  readonly dpopBoundAccessTokens: boolean;
  readonly idTokenSignedResponseAlg: string;
}

/** Everything that decides what a gateway serves, as of one version. */
export interface StoredConfiguration {
  readonly version: number;
  readonly routes: readonly Route[];
  readonly clients: readonly Client[];
}
