import type { PoolConnection, RowDataPacket } from "../pool.ts";
import type { MigrationContext } from "./migration.ts";

/** User management: history, revisions, and sign-out jobs. */
const tables = [
  `CREATE TABLE IF NOT EXISTS user_changes (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id CHAR(36) NOT NULL,
    user_name VARCHAR(100) NOT NULL,
    revision INT UNSIGNED NOT NULL,
    action VARCHAR(30) NOT NULL,
    fields VARCHAR(300) NOT NULL DEFAULT '',
    author VARCHAR(200) NOT NULL,
    certificate VARCHAR(100) NULL,
    made_at DATETIME(3) NOT NULL,
    KEY user_changes_by_user (user_id, id)
  )`,
  `CREATE TABLE IF NOT EXISTS sign_outs (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id VARCHAR(255) NOT NULL,
    attempts_of VARCHAR(100) NULL,
    ordered_at DATETIME(3) NOT NULL
  )`,
];

/** With defaults, because the previous image version does not write them. */
const columns: readonly (readonly [name: string, type: string])[] = [
  ["revision", "INT UNSIGNED NOT NULL DEFAULT 1"],
  ["password_set_at", "DATETIME(3) NULL"],
];

export async function manageUsers({ connection }: MigrationContext): Promise<void> {
  for (const statement of tables) await connection.query(statement);
  const found = await readColumns(connection);
  for (const [name, type] of columns)
    if (!found.has(name)) await connection.query(`ALTER TABLE users ADD COLUMN ${name} ${type}`);
}

/** A migration that failed half-way runs again. */
async function readColumns(connection: PoolConnection): Promise<ReadonlySet<string>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'users'`,
  );
  return new Set(rows.map((row) => String(row.name)));
}
