import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/**
 * Tokens and consents belong to one instance of a client. A client that is created again under its old name has a
 * new instance, and so has a client whose tokens were ended.
 */
export async function addClientInstances({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "clients", "instance", "CHAR(36) NOT NULL DEFAULT (UUID())");
}
