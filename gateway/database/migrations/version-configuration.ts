import type { PoolConnection, RowDataPacket } from "../pool.ts";
import type { MigrationContext } from "./migration.ts";

/**
 * Every version of the configuration, with its author. `document` is the whole configuration without secrets, so
 * that any two versions can be compared and any version restored.
 */
const tables = [
  `CREATE TABLE IF NOT EXISTS scopes (
    name VARCHAR(100) NOT NULL PRIMARY KEY,
    description VARCHAR(300) NOT NULL DEFAULT ''
  )`,
  `CREATE TABLE IF NOT EXISTS configuration_versions (
    version BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    author VARCHAR(200) NOT NULL,
    certificate VARCHAR(100) NULL,
    created_at DATETIME(3) NOT NULL,
    summary VARCHAR(300) NOT NULL,
    restored_from BIGINT UNSIGNED NULL,
    differences MEDIUMTEXT NOT NULL,
    document LONGTEXT NOT NULL
  )`,
];

const clientColumns: readonly (readonly [name: string, type: string])[] = [
  ["description", "VARCHAR(300) NOT NULL DEFAULT ''"],
  ["public", "BOOLEAN NOT NULL DEFAULT FALSE"],
  ["redirect_uris", "VARCHAR(4000) NOT NULL DEFAULT ''"],
  ["secret_set_at", "DATETIME(3) NULL"],
];

export async function versionConfiguration({ connection }: MigrationContext): Promise<void> {
  for (const statement of tables) await connection.query(statement);
  for (const [name, type] of clientColumns) await addColumn(connection, "clients", name, type);
  await collectScopes(connection);
}

/** `ADD COLUMN IF NOT EXISTS` exists in MariaDB only, and a migration that failed half-way runs again. */
export async function addColumn(
  connection: PoolConnection,
  table: string,
  name: string,
  type: string,
): Promise<void> {
  const [[found]] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS count FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`,
    [table, name],
  );
  if (Number(found?.count) === 0) await connection.query(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
}

/** So far a scope existed when a route or a client named it. */
async function collectScopes(connection: PoolConnection): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT scopes FROM routes UNION SELECT scopes FROM clients",
  );
  const names = new Set(rows.flatMap((row) => String(row.scopes).split(" ")).filter((name) => name !== ""));
  for (const name of names) await connection.query("INSERT IGNORE INTO scopes (name) VALUES (?)", [name]);
}
