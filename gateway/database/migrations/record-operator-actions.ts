import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/** Actions that operators request from gateways, as queue and history, and the keys that they created. */
export async function recordOperatorActions({ connection }: MigrationContext): Promise<void> {
  await connection.query(`CREATE TABLE IF NOT EXISTS operator_actions (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    action VARCHAR(30) NOT NULL,
    subject VARCHAR(100) NOT NULL DEFAULT '',
    author VARCHAR(200) NOT NULL,
    certificate VARCHAR(100) NULL,
    requested_at DATETIME(3) NOT NULL,
    outcome VARCHAR(30) NULL,
    KEY operator_actions_by_outcome (outcome, id)
  )`);
  // With a default, because the previous image version does not write it.
  await addColumn(connection, "signing_keys", "is_requested", "BOOLEAN NOT NULL DEFAULT FALSE");
}
