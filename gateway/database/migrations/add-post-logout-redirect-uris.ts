import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/** Allowed redirect URIs after signing out (OpenID Connect RP-Initiated Logout section 3.1). */
export async function addPostLogoutRedirectUris({ connection }: MigrationContext): Promise<void> {
  await addColumn(connection, "clients", "post_logout_redirect_uris", "VARCHAR(4000) NOT NULL DEFAULT ''");
}
