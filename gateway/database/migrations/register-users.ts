import type { MigrationContext } from "./migration.ts";

/** Users who sign in, and the keys that sign their ID tokens. */
const tables = [
  `CREATE TABLE IF NOT EXISTS users (
    user_id CHAR(36) NOT NULL PRIMARY KEY,
    name VARCHAR(100) NOT NULL UNIQUE,
    password_hash VARCHAR(200) NOT NULL,
    display_name VARCHAR(200) NOT NULL,
    email VARCHAR(254) NULL,
    disabled BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DATETIME(3) NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS signing_keys (
    kid VARCHAR(64) NOT NULL PRIMARY KEY,
    sealed VARCHAR(4000) NOT NULL,
    created_at DATETIME NOT NULL
  )`,
];

export async function registerUsers({ connection }: MigrationContext): Promise<void> {
  for (const statement of tables) await connection.query(statement);
}
