import type { Logger } from "../logger.ts";
import { migrations } from "./migrations/index.ts";
import type { Migration, MigrationContext } from "./migrations/migration.ts";
import type { Pool, RowDataPacket } from "./pool.ts";

/** Seconds that a role waits for another role's migration. */
const lockSeconds = 60;

/**
 * Migrates the schema to this image's version; the first role to start does it. Every migration is additive,
 * because the previous version keeps running during a rolling deployment.
 */
export async function migrate(pool: Pool, upstreamUrl: string, logger: Logger): Promise<void> {
  if ((await readPending(pool)).length === 0) return;
  const connection = await pool.getConnection();
  try {
    const [[lock]] = await connection.query<RowDataPacket[]>(
      "SELECT GET_LOCK('dmm-env/migrations', ?) AS taken",
      [lockSeconds],
    );
    if (lock?.taken !== 1)
      throw new Error(`Timed out after ${lockSeconds} s while another role was migrating the schema.`);
    await applyAll({ connection, upstreamUrl }, logger);
  } finally {
    // Also releases the lock and rolls back an unfinished transaction.
    connection.destroy();
  }
}

/** Names of pending migrations. */
export async function readPending(pool: Pool): Promise<readonly string[]> {
  const applied = new Set(await readApplied(pool));
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

async function readApplied(from: Pick<Pool, "query">): Promise<string[]> {
  try {
    const [rows] = await from.query<RowDataPacket[]>("SELECT name FROM migrations ORDER BY name");
    return rows.map((row) => String(row.name));
  } catch (error) {
    if ((error as { code?: string }).code === "ER_NO_SUCH_TABLE") return [];
    throw error;
  }
}

/** umzug is loaded only when there are pending migrations: most starts find none. */
async function applyAll(context: MigrationContext, logger: Logger): Promise<void> {
  const { Umzug } = await import("umzug");
  const umzug = new Umzug<MigrationContext>({
    migrations: migrations.map((migration: Migration) => ({
      name: migration.name,
      up: async () => migration.up(context),
    })),
    context,
    storage: {
      executed: () => readApplied(context.connection),
      logMigration: async ({ name }) => {
        await context.connection.query("INSERT INTO migrations (name) VALUES (?)", [name]);
      },
      unlogMigration: async ({ name }) => {
        await context.connection.query("DELETE FROM migrations WHERE name = ?", [name]);
      },
    },
    logger: undefined,
  });
  const applied = await umzug.up();
  logger.info({ applied: applied.map(({ name }) => name) }, "schema migrated");
}
