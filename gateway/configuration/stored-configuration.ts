import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";
import { inTransaction } from "../database/transaction.ts";
import type { Route, StoredConfiguration } from "../routing/route.ts";
import type { Upstream } from "../upstreams/upstream.ts";
import type { ConfigurationDocument, RouteEntry } from "./document.ts";
import { readDocument } from "./tables.ts";

/** The version that gateways should serve. */
export async function readVersion(pool: Pool): Promise<number> {
  const [[row]] = await pool.query<RowDataPacket[]>("SELECT version FROM configuration WHERE id = 1");
  return Number(row?.version ?? 0);
}

/**
 * Reads the current configuration as one consistent snapshot. A recorded version is one statement; only changes
 * that were made in the database directly are read table by table.
 */
export async function readConfiguration(pool: Pool): Promise<StoredConfiguration> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT configuration.version AS version, NULL AS client, configuration_versions.document AS content,
       NULL AS instance
     FROM configuration LEFT JOIN configuration_versions ON configuration_versions.version = configuration.version
     WHERE configuration.id = 1
     UNION ALL SELECT NULL, client_id, secret_hash, instance FROM clients`,
  );
  const current = rows.find((row) => row.client === null);
  if (current === undefined || current.content === null) return readTables(pool);
  const document = JSON.parse(String(current.content)) as ConfigurationDocument;
  if (!isWhole(document)) return readTables(pool);
  const identities = new Map(
    rows
      .filter((row) => row.client !== null)
      .map((row) => [String(row.client), readIdentity(row.content, row.instance)]),
  );
  return assemble(Number(current.version), document, identities);
}

/**
 * Whether a record contains every field of the current format: client authentication, health checks and CORS. The
 * previous image version, which may still be running, writes records without them; the tables keep those fields.
 */
function isWhole({ clients, routes, upstreams }: ConfigurationDocument): boolean {
  return (
    routes.every((route) => route.cors !== undefined) &&
    clients.every((client) => client.tokenEndpointAuthMethod !== undefined) &&
    upstreams.every((upstream) => upstream.health !== undefined)
  );
}

function readTables(pool: Pool): Promise<StoredConfiguration> {
  return inTransaction(pool, readSnapshot, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

async function readSnapshot(connection: PoolConnection): Promise<StoredConfiguration> {
  const [[row]] = await connection.query<RowDataPacket[]>("SELECT version FROM configuration WHERE id = 1");
  const document = await readDocument(connection);
  const [clients] = await connection.query<RowDataPacket[]>(
    "SELECT client_id, secret_hash, instance FROM clients",
  );
  const identities = new Map(
    clients.map((client) => [String(client.client_id), readIdentity(client.secret_hash, client.instance)]),
  );
  return assemble(Number(row?.version ?? 0), document, identities);
}

/** Client fields that are not part of a document and therefore cannot be rolled back. */
interface Identity {
  readonly secretHash?: string;
  readonly instance: string;
}

function readIdentity(secretHash: unknown, instance: unknown): Identity {
  return { instance: String(instance), ...(typeof secretHash === "string" ? { secretHash } : {}) };
}

function assemble(
  version: number,
  document: ConfigurationDocument,
  identities: ReadonlyMap<string, Identity>,
): StoredConfiguration {
  const upstreams = new Map<string, Upstream>();
  for (const { name, connectLimitMs, health, targets } of document.upstreams)
    upstreams.set(name, {
      name,
      connectLimitMs,
      ...(health === null ? {} : { health }),
      targets: targets.filter(({ weight }) => weight > 0),
    });
  return {
    version,
    routes: document.routes.map((entry) => resolveRoute(entry, upstreams)),
    clients: document.clients.flatMap(({ name, ...client }) => {
      const identity = identities.get(name);
      return identity === undefined ? [] : [{ id: name, ...client, ...identity }];
    }),
  };
}

function resolveRoute(entry: RouteEntry, upstreams: ReadonlyMap<string, Upstream>): Route {
  const { host, rewritePrefix, rate, cors, ...same } = entry;
  const upstream = upstreams.get(entry.upstream);
  if (upstream === undefined)
    throw new Error(`Route ${entry.name} refers to upstream ${entry.upstream}, which does not exist.`);
  return {
    ...same,
    upstream,
    ...(host === null ? {} : { host }),
    ...(rewritePrefix === null ? {} : { rewritePrefix }),
    ...(rate === null ? {} : { rate }),
    ...(cors === null ? {} : { cors }),
  };
}
