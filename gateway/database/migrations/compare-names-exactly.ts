import type { MigrationContext } from "./migration.ts";

/**
 * Names that decide who somebody is are compared by their characters. The default collation takes letters with and
 * without accents and in both cases for the same: one name could stand for another.
 */
const columns = [
  ["users", "VARCHAR(100)"],
  ["administrators", "VARCHAR(200)"],
] as const;

export async function compareNamesExactly({ connection }: MigrationContext): Promise<void> {
  for (const [table, type] of columns)
    await connection.query(
      `ALTER TABLE ${table} MODIFY name ${type} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL`,
    );
}
