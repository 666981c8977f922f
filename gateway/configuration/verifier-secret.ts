import type { Pool, RowDataPacket } from "../database/pool.ts";
import type { StoreSettings } from "../settings.ts";
import { hashClientSecret } from "./client-secret.ts";

/**
 * Stores the platform's generated secret for the client `verifier`. Runs at every start, because a rotated secret
 * arrives as a new environment variable.
 */
export async function storeVerifierSecret(pool: Pool, settings: StoreSettings): Promise<void> {
  if (settings.verifierSecret === undefined) return;
  const hash = hashClientSecret(settings.clientSecretKey, "verifier", settings.verifierSecret);
  const [[stored]] = await pool.query<RowDataPacket[]>(
    "SELECT secret_hash FROM clients WHERE client_id = 'verifier'",
  );
  if (stored === undefined || stored.secret_hash === hash) return;
  const { changeConfiguration } = await import("./apply-change.ts");
  const { platform } = await import("./history.ts");
  await changeConfiguration(pool, {
    author: platform,
    edit: (document) => document,
    secretHashes: new Map([["verifier", hash]]),
  });
}
