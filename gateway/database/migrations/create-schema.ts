import type { MigrationContext } from "./migration.ts";

/**
 * `configuration` has one row: the version that gateways should serve. Every change of a route, an upstream or a
 * client raises it in the same transaction.
 */
const statements = [
  // Independent of the server's default: names and descriptions may be in any language.
  "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
  `CREATE TABLE IF NOT EXISTS migrations (
    name VARCHAR(100) NOT NULL PRIMARY KEY,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
  )`,
  `CREATE TABLE IF NOT EXISTS configuration (
    id TINYINT NOT NULL PRIMARY KEY,
    version BIGINT UNSIGNED NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS upstreams (
    name VARCHAR(100) NOT NULL PRIMARY KEY,
    connect_limit_ms INT UNSIGNED NOT NULL DEFAULT 1000
  )`,
  `CREATE TABLE IF NOT EXISTS upstream_targets (
    upstream VARCHAR(100) NOT NULL,
    origin VARCHAR(300) NOT NULL,
    weight INT UNSIGNED NOT NULL DEFAULT 1,
    PRIMARY KEY (upstream, origin)
  )`,
  `CREATE TABLE IF NOT EXISTS routes (
    name VARCHAR(100) NOT NULL PRIMARY KEY,
    host VARCHAR(253) NULL,
    methods VARCHAR(200) NOT NULL,
    path VARCHAR(500) NOT NULL,
    upstream VARCHAR(100) NOT NULL,
    scopes VARCHAR(1000) NOT NULL DEFAULT '',
    public BOOLEAN NOT NULL DEFAULT FALSE,
    rewrite_prefix VARCHAR(500) NULL,
    first_byte_limit_ms INT UNSIGNED NOT NULL DEFAULT 30000,
    idle_limit_ms INT UNSIGNED NOT NULL DEFAULT 30000,
    whole_limit_ms INT UNSIGNED NOT NULL DEFAULT 0,
    body_limit_bytes BIGINT UNSIGNED NOT NULL DEFAULT 10485760,
    retries TINYINT UNSIGNED NOT NULL DEFAULT 1,
    rate_per_second DECIMAL(10,3) NULL,
    rate_burst INT UNSIGNED NULL
  )`,
  `CREATE TABLE IF NOT EXISTS clients (
    client_id VARCHAR(100) NOT NULL PRIMARY KEY,
    secret_hash VARCHAR(64) NULL,
    scopes VARCHAR(2000) NOT NULL DEFAULT '',
    grant_types VARCHAR(300) NOT NULL DEFAULT 'client_credentials'
  )`,
  "INSERT IGNORE INTO configuration (id, version) VALUES (1, 1)",
];

export async function createSchema({ connection }: MigrationContext): Promise<void> {
  for (const statement of statements) await connection.query(statement);
}
