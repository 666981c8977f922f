import type { MigrationContext } from "./migration.ts";
import { addColumn } from "./version-configuration.ts";

/** Authentication method of clients, and further requirements. Existing clients keep ES256. */
const columns: readonly (readonly [name: string, type: string])[] = [
  ["token_endpoint_auth_method", "VARCHAR(30) NOT NULL DEFAULT 'client_secret_basic'"],
  ["jwks", "TEXT NULL"],
  ["require_pushed_authorization_requests", "BOOLEAN NOT NULL DEFAULT FALSE"],
  ["dpop_bound_access_tokens", "BOOLEAN NOT NULL DEFAULT FALSE"],
  ["id_token_signed_response_alg", "VARCHAR(10) NOT NULL DEFAULT 'ES256'"],
];

export async function authenticateClients({ connection }: MigrationContext): Promise<void> {
  for (const [name, type] of columns) await addColumn(connection, "clients", name, type);
}
