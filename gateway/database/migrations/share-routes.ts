import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/** Which pages of other origins may use a route, as JSON. Those that are there already may be used by none. */
export async function shareRoutes({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "routes", "cors", "TEXT NULL");
}
