import type { Client, Route, Upstream } from "../routing/route.ts";
import type { Pool, PoolConnection, RowDataPacket } from "./pool.ts";

/** Everything that decides what a gateway serves, as of one version. */
export interface StoredConfiguration {
  readonly version: number;
  readonly routes: readonly Route[];
  readonly clients: readonly Client[];
}

/** The version that gateways should serve. */
export async function readVersion(pool: Pool): Promise<number> {
  const [[row]] = await pool.query<RowDataPacket[]>("SELECT version FROM configuration WHERE id = 1");
  return Number(row?.version ?? 0);
}

/** Reads all tables in one snapshot: routes of one version with clients of another would be neither. */
export async function readConfiguration(pool: Pool): Promise<StoredConfiguration> {
  const connection = await pool.getConnection();
  try {
    await connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
    const configuration = await readTables(connection);
    await connection.query("COMMIT");
    connection.release();
    return configuration;
  } catch (error) {
    // Closes the transaction with the connection.
    connection.destroy();
    throw error;
  }
}

async function readTables(connection: PoolConnection): Promise<StoredConfiguration> {
  const select = async (statement: string) => (await connection.query<RowDataPacket[]>(statement))[0];
  const [[version], upstreams, targets, routes, clients] = [
    await select("SELECT version FROM configuration WHERE id = 1"),
    await select("SELECT * FROM upstreams"),
    await select("SELECT * FROM upstream_targets WHERE weight > 0 ORDER BY upstream, origin"),
    await select("SELECT * FROM routes ORDER BY name"),
    await select("SELECT * FROM clients ORDER BY client_id"),
  ];
  const named = new Map<string, Upstream>();
  for (const row of upstreams)
    named.set(String(row.name), {
      name: String(row.name),
      connectLimitMs: Number(row.connect_limit_ms),
      targets: targets
        .filter((target) => target.upstream === row.name)
        .map((target) => ({ origin: String(target.origin), weight: Number(target.weight) })),
    });
  return {
    version: Number(version?.version ?? 0),
    routes: routes.map((row) => parseRoute(row, named)),
    clients: clients.map(parseClient),
  };
}

function parseRoute(row: RowDataPacket, upstreams: ReadonlyMap<string, Upstream>): Route {
  const upstream = upstreams.get(String(row.upstream));
  if (upstream === undefined)
    throw new Error(`Route ${row.name} leads to ${row.upstream}, which is no upstream.`);
  return {
    name: String(row.name),
    ...(row.host === null ? {} : { host: String(row.host).toLowerCase() }),
    methods: splitWords(row.methods),
    path: String(row.path),
    upstream,
    scopes: splitWords(row.scopes),
    public: Boolean(row.public),
    ...(row.rewrite_prefix === null ? {} : { rewritePrefix: String(row.rewrite_prefix) }),
    firstByteLimitMs: Number(row.first_byte_limit_ms),
    idleLimitMs: Number(row.idle_limit_ms),
    wholeLimitMs: Number(row.whole_limit_ms),
    bodyLimitBytes: Number(row.body_limit_bytes),
    retries: Number(row.retries),
    ...(row.rate_per_second === null
      ? {}
      : { rate: { perSecond: Number(row.rate_per_second), burst: Number(row.rate_burst ?? 1) } }),
  };
}

function parseClient(row: RowDataPacket): Client {
  return {
    id: String(row.client_id),
    description: String(row.description),
    public: Boolean(row.public),
    ...(row.secret_hash === null ? {} : { secretHash: String(row.secret_hash) }),
    scopes: splitWords(row.scopes),
    grantTypes: splitWords(row.grant_types),
    redirectUris: splitWords(row.redirect_uris),
  };
}

function splitWords(text: unknown): string[] {
  return String(text)
    .split(" ")
    .filter((word) => word !== "");
}
