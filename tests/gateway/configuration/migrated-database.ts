import { pino } from "pino";
import type { RouteEntry } from "../../../gateway/configuration/document.ts";
import { migrate } from "../../../gateway/database/migrate.ts";
import { createDatabasePool, type Pool } from "../../../gateway/database/pool.ts";
import type { StartedMariadb } from "../started-mariadb.ts";

/** A pool on a database, by its address. */
export function openPool({ port, user, password }: StartedMariadb, host: string): Pool {
  const settings = { host, readerHost: host, port, name: "platform", user, password, tls: false };
  return createDatabasePool(settings, host);
}

/** A pool on a database with the schema and the seeded routes. */
export async function openMigrated(database: StartedMariadb): Promise<Pool> {
  const pool = openPool(database, database.host);
  await migrate(pool, "http://127.0.0.1:9000", pino({ level: "silent" }));
  return pool;
}

/** A route to the stub that requires `verify:read`. */
export function createRoute(name: string): RouteEntry {
  return {
    name,
    host: null,
    methods: ["GET"],
    path: `/${name}/*`,
    upstream: "stub",
    scopes: ["verify:read"],
    public: false,
    rewritePrefix: null,
    firstByteLimitMs: 30_000,
    idleLimitMs: 30_000,
    wholeLimitMs: 0,
    bodyLimitBytes: 1_048_576,
    retries: 1,
    rate: null,
    cors: null,
  };
}
