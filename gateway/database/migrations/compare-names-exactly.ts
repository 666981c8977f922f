import type { MigrationContext } from "./migration.ts";

/**
 * Names that identify a person or client are compared exactly. The default collation ignores accents and case: one
 * name could pass for another.
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
