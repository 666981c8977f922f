import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/**
 * What a client is given is good for this instance of it. A client that is created again under its old name has another
 * one, and so has a client whose tokens were ended.
 */
export async function identifyClients({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "clients", "instance", "CHAR(36) NOT NULL DEFAULT (UUID())");
}
