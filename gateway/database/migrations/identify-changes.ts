import type { RowDataPacket } from "../pool.ts";
import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/**
 * Identifies a change, so that a client that lost the response can find out whether it was stored. Empty for
 * earlier versions and for those that an older image writes.
 */
export async function identifyChanges({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "configuration_versions", "change_id", "CHAR(36) NULL");
  const [[found]] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS count FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND index_name = 'configuration_versions_by_change_id'`,
  );
  if (Number(found?.count) === 0)
    await connection.query(
      "CREATE INDEX configuration_versions_by_change_id ON configuration_versions (change_id)",
    );
}
