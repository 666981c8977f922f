import type { RowDataPacket } from "../pool.ts";
import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/**
 * By what whoever lost the answer to a change finds out whether it was stored. Empty for versions that were made before,
 * or by an image that does not know of it.
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
