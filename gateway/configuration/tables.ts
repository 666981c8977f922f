import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";
import type { ClientEntry, ConfigurationDocument, RouteEntry, UpstreamEntry } from "./document.ts";
import { normalizeDocument } from "./normalize.ts";

type Reader = Pick<Pool | PoolConnection, "query">;

/** The configuration in the tables. Call it within a transaction to read one version. */
export async function readDocument(from: Reader): Promise<ConfigurationDocument> {
  const select = async (statement: string) => (await from.query<RowDataPacket[]>(statement))[0];
  const upstreams = await select("SELECT * FROM upstreams");
  const targets = await select("SELECT * FROM upstream_targets");
  const scopes = await select("SELECT * FROM scopes");
  const routes = await select("SELECT * FROM routes");
  const clients = await select("SELECT * FROM clients");
  return normalizeDocument({
    upstreams: upstreams.map((row) => parseUpstream(row, targets)),
    scopes: scopes.map((row) => ({ name: String(row.name), description: String(row.description) })),
    routes: routes.map(parseRoute),
    clients: clients.map(parseClient),
  });
}

function parseUpstream(row: RowDataPacket, targets: readonly RowDataPacket[]): UpstreamEntry {
  return {
    name: String(row.name),
    connectLimitMs: Number(row.connect_limit_ms),
    health:
      row.health_path === null
        ? null
        : { path: String(row.health_path), intervalMs: Number(row.health_interval_ms) },
    targets: targets
      .filter((target) => target.upstream === row.name)
      .map((target) => ({ origin: String(target.origin), weight: Number(target.weight) })),
  };
}

function parseRoute(row: RowDataPacket): RouteEntry {
  return {
    name: String(row.name),
    host: row.host === null ? null : String(row.host),
    methods: splitWords(row.methods),
    path: String(row.path),
    upstream: String(row.upstream),
    scopes: splitWords(row.scopes),
    public: Boolean(row.public),
    rewritePrefix: row.rewrite_prefix === null ? null : String(row.rewrite_prefix),
    firstByteLimitMs: Number(row.first_byte_limit_ms),
    idleLimitMs: Number(row.idle_limit_ms),
    wholeLimitMs: Number(row.whole_limit_ms),
    bodyLimitBytes: Number(row.body_limit_bytes),
    retries: Number(row.retries),
    rate:
      row.rate_per_second === null
        ? null
        : { perSecond: Number(row.rate_per_second), burst: Number(row.rate_burst ?? 1) },
    cors: row.cors === null ? null : JSON.parse(String(row.cors)),
  };
}

function parseClient(row: RowDataPacket): ClientEntry {
  return {
    name: String(row.client_id),
    description: String(row.description),
    public: Boolean(row.public),
    scopes: splitWords(row.scopes),
    grantTypes: splitWords(row.grant_types),
    redirectUris: splitWords(row.redirect_uris),
    postLogoutRedirectUris: splitWords(row.post_logout_redirect_uris),
    ...parseAuthentication(row),
    requirePushedAuthorizationRequests: Boolean(row.require_pushed_authorization_requests),
    dpopBoundAccessTokens: Boolean(row.dpop_bound_access_tokens),
    idTokenSignedResponseAlg: String(row.id_token_signed_response_alg),
  };
}

/** The previous image version writes `public` alone; it implies the authentication method. */
function parseAuthentication(row: RowDataPacket): Pick<ClientEntry, "tokenEndpointAuthMethod" | "jwks"> {
  const method = row.public ? "none" : String(row.token_endpoint_auth_method);
  const known = method === "none" && !row.public ? "client_secret_basic" : method;
  return {
    tokenEndpointAuthMethod: known,
    jwks: known === "private_key_jwt" && row.jwks !== null ? JSON.parse(String(row.jwks)) : null,
  };
}

function splitWords(text: unknown): string[] {
  return String(text)
    .split(" ")
    .filter((word) => word !== "");
}
