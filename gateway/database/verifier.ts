import { hashClientSecret } from "../oauth2/client-secret.ts";
import type { StoreSettings } from "../settings.ts";
import type { Pool, ResultSetHeader } from "./pool.ts";

/**
 * Gives the client `verifier` the secret that the platform generated for it. Runs at every start, because a rotated
 * secret arrives as a new environment variable.
 */
export async function storeVerifierSecret(pool: Pool, settings: StoreSettings): Promise<void> {
  if (settings.verifierSecret === undefined) return;
  const hash = hashClientSecret(settings.clientSecretKey, "verifier", settings.verifierSecret);
  const [result] = await pool.query<ResultSetHeader>(
    "UPDATE clients SET secret_hash = ? WHERE client_id = 'verifier' AND NOT (secret_hash <=> ?)",
    [hash, hash],
  );
  if (result.affectedRows > 0)
    await pool.query("UPDATE configuration SET version = version + 1 WHERE id = 1");
}
