import type { PoolConnection } from "../database/pool.ts";
import { upstreamLimits } from "./bounds.ts";
import type { Difference } from "./difference.ts";
import { type ConfigurationDocument, type EntryOf, findEntry, type Kind } from "./document.ts";

/** How one kind is stored: the row of an entry, and the rows to remove. */
type Keeping = {
  readonly [K in Kind]: {
    readonly table: string;
    readonly key: string;
    readonly columns: (entry: EntryOf<K>) => Readonly<Record<string, unknown>>;
  };
};

const keeping: Keeping = {
  upstreams: {
    table: "upstreams",
    key: "name",
    columns: ({ name, connectLimitMs, health }) => ({
      name,
      connect_limit_ms: connectLimitMs,
      health_path: health?.path ?? null,
      health_interval_ms: health?.intervalMs ?? upstreamLimits.healthIntervalMs.usual,
    }),
  },
  scopes: {
    table: "scopes",
    key: "name",
    columns: ({ name, description }) => ({ name, description }),
  },
  routes: {
    table: "routes",
    key: "name",
    columns: (route) => ({
      name: route.name,
      host: route.host,
      methods: route.methods.join(" "),
      path: route.path,
      upstream: route.upstream,
      scopes: route.scopes.join(" "),
      public: route.public,
      rewrite_prefix: route.rewritePrefix,
      first_byte_limit_ms: route.firstByteLimitMs,
      idle_limit_ms: route.idleLimitMs,
      whole_limit_ms: route.wholeLimitMs,
      body_limit_bytes: route.bodyLimitBytes,
      retries: route.retries,
      rate_per_second: route.rate?.perSecond ?? null,
      rate_burst: route.rate?.burst ?? null,
      cors: route.cors === null ? null : JSON.stringify(route.cors),
    }),
  },
  clients: {
    table: "clients",
    key: "client_id",
    // Without the secret, which only the secret generator writes.
    columns: (client) => ({
      client_id: client.name,
      description: client.description,
      public: client.public,
      scopes: client.scopes.join(" "),
      grant_types: client.grantTypes.join(" "),
      redirect_uris: client.redirectUris.join(" "),
      post_logout_redirect_uris: client.postLogoutRedirectUris.join(" "),
      token_endpoint_auth_method: client.tokenEndpointAuthMethod,
      jwks: client.jwks === null ? null : JSON.stringify(client.jwks),
      require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
      dpop_bound_access_tokens: client.dpopBoundAccessTokens,
      id_token_signed_response_alg: client.idTokenSignedResponseAlg,
    }),
  },
};

/** Updates the tables from one document to the next, row by row; unchanged rows are not touched. */
export async function writeDifferences(
  connection: PoolConnection,
  differences: readonly Difference[],
  document: ConfigurationDocument,
): Promise<void> {
  for (const { kind, name } of differences) {
    const entry = findEntry(document, kind, name);
    if (entry === undefined) await removeRow(connection, kind, name);
    else await writeRow(connection, kind, entry);
  }
}

async function writeRow<K extends Kind>(
  connection: PoolConnection,
  kind: K,
  entry: EntryOf<K>,
): Promise<void> {
  const { table, columns } = keeping[kind];
  const row = columns(entry);
  const names = Object.keys(row);
  await connection.query(
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})
     ON DUPLICATE KEY UPDATE ${names.map((name) => `${name} = VALUES(${name})`).join(", ")}`,
    Object.values(row),
  );
  if (kind === "clients")
    await connection.query(
      `UPDATE clients SET secret_hash = NULL, secret_set_at = NULL
       WHERE client_id = ? AND token_endpoint_auth_method <> 'client_secret_basic'`,
      [entry.name],
    );
  if (kind === "upstreams") await writeTargets(connection, entry as EntryOf<"upstreams">);
}

async function writeTargets(
  connection: PoolConnection,
  { name, targets }: EntryOf<"upstreams">,
): Promise<void> {
  await connection.query("DELETE FROM upstream_targets WHERE upstream = ?", [name]);
  for (const { origin, weight } of targets)
    await connection.query("INSERT INTO upstream_targets (upstream, origin, weight) VALUES (?, ?, ?)", [
      name,
      origin,
      weight,
    ]);
}

async function removeRow(connection: PoolConnection, kind: Kind, name: string): Promise<void> {
  const { table, key } = keeping[kind];
  await connection.query(`DELETE FROM ${table} WHERE ${key} = ?`, [name]);
  if (kind === "upstreams") await connection.query("DELETE FROM upstream_targets WHERE upstream = ?", [name]);
}
