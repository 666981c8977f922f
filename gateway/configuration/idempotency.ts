import type { PoolConnection } from "../database/pool.ts";
import type { Change, Changed } from "./change-types.ts";
import { computeDifferences } from "./difference.ts";
import type { ConfigurationDocument } from "./document.ts";
import { findDocument, findVersion, nameAuthor } from "./history.ts";
import { normalizeDocument } from "./normalize.ts";

/**
 * Returns the current version if this very edit created it: same author, same base version, same result. A client
 * that lost the response may therefore retry. An edit with a new secret is never repeated: the secret was lost
 * with the response and is useless.
 */
export async function findRetry(
  connection: PoolConnection,
  change: Change,
  current: number,
): Promise<Changed | undefined> {
  if (change.basedOn !== current - 1) return undefined;
  const made = await findVersion(connection, current);
  const before = await findDocument(connection, change.basedOn);
  const after = await findDocument(connection, current);
  if (before === undefined || after === undefined || made?.author !== nameAuthor(change.author))
    return undefined;
  const again = editAgain(change, before);
  if (again === undefined || (change.secretHashes?.size ?? 0) > 0) return undefined;
  const isSame =
    computeDifferences(after, again).length === 0 && computeDifferences(before, again).length > 0;
  return isSame ? { version: current, differences: made.differences } : undefined;
}

/** An edit that cannot be applied now was not applied before. */
function editAgain(change: Change, document: ConfigurationDocument): ConfigurationDocument | undefined {
  try {
    return normalizeDocument(change.edit(document));
  } catch {
    return undefined;
  }
}
