import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/** Health checks of upstreams. Existing upstreams have none. */
export async function probeUpstreams({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "upstreams", "health_path", "VARCHAR(500) NULL");
  await addColumn(connection, "upstreams", "health_interval_ms", "INT UNSIGNED NOT NULL DEFAULT 5000");
}
