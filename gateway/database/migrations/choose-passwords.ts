import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/** Whose password somebody else made, so that another has to be chosen at the next login. Nobody who is there already. */
export async function choosePasswords({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "users", "must_choose_password", "BOOLEAN NOT NULL DEFAULT FALSE");
}
