import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";
import { computeDifferences, type Difference } from "./difference.ts";
import type { ConfigurationDocument } from "./document.ts";
import { normalizeDocument } from "./normalize.ts";

/** The author of a configuration change. */
export interface Author {
  readonly name: string;
  /** Serial number of the client certificate. */
  readonly certificate?: string;
}

/** The platform as author, for changes that no person made. */
export const platform: Author = { name: "platform" };

/** The author's name in the history. */
export function nameAuthor({ name }: Author): string {
  return name.slice(0, 200);
}

/** One version in the history. */
export interface RecordedVersion {
  readonly version: number;
  readonly author: string;
  readonly certificate: string | null;
  readonly createdAt: Date;
  readonly summary: string;
  readonly restoredFrom: number | null;
  readonly differences: readonly Difference[];
}

/** Metadata of a new version. */
export interface VersionRecord {
  readonly version: number;
  /** Id of the change that created it; absent for versions that were found in the tables. */
  readonly changeId?: string;
  readonly author: Author;
  readonly summary: string;
  readonly restoredFrom?: number;
  readonly differences: readonly Difference[];
}

type Reader = Pick<Pool | PoolConnection, "query">;

const recordColumns = "version, author, certificate, created_at, summary, restored_from, differences";

/** Newest first. */
export async function readVersions(
  from: Reader,
  page: { readonly before?: number; readonly limit: number },
): Promise<readonly RecordedVersion[]> {
  const [rows] = await from.query<RowDataPacket[]>(
    `SELECT ${recordColumns} FROM configuration_versions WHERE version < ? ORDER BY version DESC LIMIT ?`,
    [page.before ?? Number.MAX_SAFE_INTEGER, page.limit],
  );
  return rows.map(parseVersion);
}

export async function findVersion(from: Reader, version: number): Promise<RecordedVersion | undefined> {
  const [[row]] = await from.query<RowDataPacket[]>(
    `SELECT ${recordColumns} FROM configuration_versions WHERE version = ?`,
    [version],
  );
  return row === undefined ? undefined : parseVersion(row);
}

/** The version that a change created, if it was stored. */
export async function findVersionOfChange(
  from: Reader,
  changeId: string,
): Promise<RecordedVersion | undefined> {
  const [[row]] = await from.query<RowDataPacket[]>(
    `SELECT ${recordColumns} FROM configuration_versions WHERE change_id = ?`,
    [changeId],
  );
  return row === undefined ? undefined : parseVersion(row);
}

/** The document of a version; by default of the newest version that has one. */
export async function findDocument(
  from: Reader,
  version?: number,
): Promise<ConfigurationDocument | undefined> {
  const [[row]] = await from.query<RowDataPacket[]>(
    version === undefined
      ? "SELECT document FROM configuration_versions ORDER BY version DESC LIMIT 1"
      : "SELECT document FROM configuration_versions WHERE version = ?",
    version === undefined ? [] : [version],
  );
  return row === undefined ? undefined : normalizeDocument(JSON.parse(String(row.document)));
}

/** Authors of the versions after `after`, oldest first. */
export async function readAuthorsSince(from: Reader, after: number): Promise<readonly string[]> {
  const [rows] = await from.query<RowDataPacket[]>(
    `SELECT author FROM configuration_versions WHERE version > ?
     GROUP BY author ORDER BY MAX(version)`,
    [after],
  );
  return rows.map((row) => String(row.author));
}

/**
 * Changes after version `after` that no document shows: secrets and tokens of clients, which comparing two
 * documents does not reveal.
 */
export async function readUnseenSince(from: Reader, after: number): Promise<readonly Difference[]> {
  const [rows] = await from.query<RowDataPacket[]>(
    "SELECT differences FROM configuration_versions WHERE version > ? ORDER BY version",
    [after],
  );
  return rows
    .flatMap((row) => JSON.parse(String(row.differences)) as Difference[])
    .filter(({ fields }) => fields.some(({ field }) => field === "secret" || field === "tokens"));
}

export async function recordVersion(
  connection: PoolConnection,
  record: VersionRecord,
  document: ConfigurationDocument,
): Promise<void> {
  await connection.query(
    `INSERT INTO configuration_versions
     (version, change_id, author, certificate, created_at, summary, restored_from, differences, document)
     VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), ?, ?, ?, ?)`,
    [
      record.version,
      record.changeId ?? null,
      nameAuthor(record.author),
      record.author.certificate?.slice(0, 100) ?? null,
      record.summary.slice(0, 300),
      record.restoredFrom ?? null,
      JSON.stringify(record.differences),
      JSON.stringify(document),
    ],
  );
}

/**
 * Fills gaps in the history. A version that was raised without a record (by a migration, or by an operator with a
 * database client) is recorded with the current tables.
 */
export async function recordFound(
  connection: PoolConnection,
  version: number,
  document: ConfigurationDocument,
): Promise<void> {
  if ((await findVersion(connection, version)) !== undefined) return;
  const before = await findDocument(connection);
  const differences = before === undefined ? [] : computeDifferences(before, document);
  const summary = before === undefined ? "Initial configuration" : "Changed directly in the database";
  await recordVersion(connection, { version, author: platform, summary, differences }, document);
}

function parseVersion(row: RowDataPacket): RecordedVersion {
  return {
    version: Number(row.version),
    author: String(row.author),
    certificate: row.certificate === null ? null : String(row.certificate),
    createdAt: row.created_at as Date,
    summary: String(row.summary),
    restoredFrom: row.restored_from === null ? null : Number(row.restored_from),
    differences: JSON.parse(String(row.differences)) as Difference[],
  };
}
