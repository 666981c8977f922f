import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/**
 * Whether the user must choose another password at the next login, because someone else set this one. Existing
 * users need not.
 */
export async function choosePasswords({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "users", "must_choose_password", "BOOLEAN NOT NULL DEFAULT FALSE");
}
