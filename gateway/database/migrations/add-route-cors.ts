import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/** CORS settings of a route, as JSON. Existing routes allow no other origins. */
export async function addRouteCors({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "routes", "cors", "TEXT NULL");
}
