import type { MigrationContext } from "./migration.ts";

/**
 * Gateways record here that they are alive, at which address, and which version they serve. Times are the
 * database's own.
 */
export async function createGatewayHeartbeats({ connection }: MigrationContext): Promise<void> {
  await connection.query(`CREATE TABLE IF NOT EXISTS gateways (
    instance VARCHAR(100) NOT NULL PRIMARY KEY,
    address VARCHAR(100) NOT NULL,
    port INT UNSIGNED NOT NULL,
    state VARCHAR(20) NOT NULL,
    version BIGINT UNSIGNED NOT NULL,
    refused_version BIGINT UNSIGNED NULL,
    refusal VARCHAR(500) NULL,
    started_at DATETIME(3) NOT NULL,
    seen_at DATETIME(3) NOT NULL,
    KEY gateways_by_seen_at (seen_at)
  )`);
}
