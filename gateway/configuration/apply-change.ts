import { randomUUID } from "node:crypto";
import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";
import { inTransaction } from "../database/transaction.ts";
import { ConfigurationInvalidError, NotFoundError, VersionStaleError } from "./change-errors.ts";
import type { Change, Changed } from "./change-types.ts";
import { computeDifferences, type Difference, describeSecretChange, describeTokenEnd } from "./difference.ts";
import { type ConfigurationDocument, nouns } from "./document.ts";
import { findDocument, readAuthorsSince, readUnseenSince, recordFound, recordVersion } from "./history.ts";
import { findRetry } from "./idempotency.ts";
import { normalizeDocument } from "./normalize.ts";
import { writeDifferences } from "./rows.ts";
import { settleChange } from "./settle-lost-change.ts";
import { readDocument } from "./tables.ts";
import { validateConfiguration } from "./validate.ts";

/** The current document with its version. */
export interface CurrentDocument {
  readonly version: number;
  readonly document: ConfigurationDocument;
}

/** Reads version and tables in one snapshot. */
export async function readCurrent(pool: Pool): Promise<CurrentDocument> {
  const read = async (connection: PoolConnection) => {
    const [[row]] = await connection.query<RowDataPacket[]>("SELECT version FROM configuration WHERE id = 1");
    return { version: Number(row?.version ?? 0), document: await readDocument(connection) };
  };
  return inTransaction(pool, read, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

/**
 * Turns an edit into one new version, or changes nothing: the edit must be based on the current version and leave
 * a valid configuration. Tables, version and history change in one transaction; changes queue for the version's
 * row. A refused change rolls back everything, including gaps that were found in the history. A repeated edit,
 * whose first response was lost, returns the version that it created.
 *
 * @throws VersionStaleError, ConfigurationInvalidError, NotFoundError, ChangeNotStoredError, ChangeUncertainError
 */
export async function changeConfiguration(pool: Pool, change: Change): Promise<Changed> {
  const changeId = randomUUID();
  const make = () => inTransaction(pool, (connection) => storeChange(connection, change, changeId));
  return settleChange(pool, { changeId, make, lock: lockVersion });
}

async function storeChange(connection: PoolConnection, change: Change, changeId: string): Promise<Changed> {
  const version = await lockVersion(connection);
  const before = await readDocument(connection);
  await recordFound(connection, version, before);
  if (change.basedOn !== undefined && change.basedOn !== version) {
    const made = await findRetry(connection, change, version);
    if (made !== undefined) return made;
    throw await describeConflict(connection, change.basedOn, { version, document: before });
  }
  const after = normalizeDocument(change.edit(before));
  const edited = computeDifferences(before, after);
  // An invalid existing configuration is still served, but a change must leave a valid one.
  const problems = edited.length === 0 ? [] : validateConfiguration(after);
  if (problems.length > 0) throw new ConfigurationInvalidError(problems);
  await writeDifferences(connection, edited, after);
  const secrets = await writeSecrets(connection, change.secretHashes ?? new Map());
  // A new client's first secret is part of creating it and no difference of its own.
  const added = new Set(
    edited.filter(({ kind, change }) => kind === "clients" && change === "added").map(({ name }) => name),
  );
  const ended = await endTokens(connection, change.endsTokensOf);
  const differences = [...edited, ...secrets.filter(({ name }) => !added.has(name)), ...ended];
  if (differences.length === 0) return { version, differences };
  await connection.query("UPDATE configuration SET version = version + 1 WHERE id = 1");
  const record = {
    version: version + 1,
    changeId,
    author: change.author,
    summary: change.summary?.trim() || summarize(differences),
    ...(change.restoredFrom === undefined ? {} : { restoredFrom: change.restoredFrom }),
    differences,
  };
  await recordVersion(connection, record, after);
  return { version: version + 1, differences };
}

/**
 * Restores an earlier version as a new one. Secrets are not restored: a replaced secret may have leaked, and a
 * restored client needs a new one.
 *
 * @throws NotFoundError, VersionStaleError, ConfigurationInvalidError
 */
export async function restoreVersion(
  pool: Pool,
  version: number,
  change: Pick<Change, "basedOn" | "author">,
): Promise<Changed> {
  const document = await findDocument(pool, version);
  if (document === undefined) throw new NotFoundError(`version ${version} in the history`);
  return changeConfiguration(pool, {
    ...change,
    summary: `Rolled back to version ${version}`,
    restoredFrom: version,
    edit: () => document,
  });
}

/** Records the current version if it has no record, so that the history is complete from the start. */
export async function recordCurrent(pool: Pool): Promise<void> {
  await inTransaction(pool, async (connection) => {
    const version = await lockVersion(connection);
    await recordFound(connection, version, await readDocument(connection));
  });
}

async function lockVersion(connection: PoolConnection): Promise<number> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    "SELECT version FROM configuration WHERE id = 1 FOR UPDATE",
  );
  return Number(row?.version ?? 0);
}

async function describeConflict(
  connection: PoolConnection,
  basedOn: number,
  current: CurrentDocument,
): Promise<VersionStaleError> {
  const edited = await findDocument(connection, basedOn);
  return new VersionStaleError({
    basedOn,
    current: current.version,
    authors: await readAuthorsSince(connection, basedOn),
    ...(edited === undefined
      ? {}
      : {
          differences: [
            ...computeDifferences(edited, current.document),
            ...(await readUnseenSince(connection, basedOn)),
          ],
        }),
  });
}

async function writeSecrets(
  connection: PoolConnection,
  hashes: ReadonlyMap<string, string | null>,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const [client, hash] of hashes) {
    const [result] = await connection.query(
      "UPDATE clients SET secret_hash = ?, secret_set_at = UTC_TIMESTAMP(3) WHERE client_id = ? AND NOT (secret_hash <=> ?)",
      [hash, client, hash],
    );
    if ((result as { affectedRows: number }).affectedRows > 0) differences.push(describeSecretChange(client));
  }
  return differences;
}

/** Tokens name the client instance that they were issued to. */
async function endTokens(connection: PoolConnection, client: string | undefined): Promise<Difference[]> {
  if (client === undefined) return [];
  await connection.query("UPDATE clients SET instance = ? WHERE client_id = ?", [randomUUID(), client]);
  return [describeTokenEnd(client)];
}

const participles = { added: "Added", changed: "Changed", removed: "Removed" } as const;

const verbs: Readonly<Record<string, string>> = {
  secret: "Replaced the secret of",
  tokens: "Ended all tokens of",
};

/** `Changed route orders, added scope orders:read`. */
export function summarize(differences: readonly Difference[]): string {
  const shown = differences.slice(0, 3).map(({ kind, name, change, fields }, index) => {
    const only = fields.length === 1 ? fields[0]?.field : undefined;
    const verb = verbs[only ?? ""] ?? participles[change];
    return `${index === 0 ? verb : verb.toLowerCase()} ${nouns[kind]} ${name}`;
  });
  const more = differences.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
