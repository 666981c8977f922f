import type { Author } from "../configuration/history.ts";
import { type Newest, readNewest } from "../database/newest.ts";
import type { Pool, PoolConnection } from "../database/pool.ts";
import type { Role } from "./role.ts";

/** One role change: who changed whose role. */
export interface AdministratorChange {
  /** As in the certificate. */
  readonly name: string;
  /** `null` where the person has no explicit role, which makes them a viewer. */
  readonly roleBefore: Role | null;
  readonly role: Role | null;
}

export interface RecordedAdministratorChange extends AdministratorChange {
  readonly id: number;
  readonly author: string;
  /** Serial number of the author's certificate; absent in development. */
  readonly certificate: string | null;
  readonly madeAt: Date;
}

/** Call it in the transaction of the change. */
export async function recordAdministratorChange(
  connection: Pick<PoolConnection, "query">,
  { name, roleBefore, role }: AdministratorChange,
  author: Author,
): Promise<void> {
  await connection.query(
    `INSERT INTO administrator_changes (name, role_before, role, author, certificate, made_at)
     VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))`,
    [name, roleBefore, role, author.name, author.certificate ?? null],
  );
}

/** Newest first. */
export async function readAdministratorChanges(
  pool: Pool,
  page: Newest,
): Promise<readonly RecordedAdministratorChange[]> {
  return (await readNewest(pool, "administrator_changes", page)).map((row) => ({
    id: Number(row.id),
    name: String(row.name),
    roleBefore: parseRole(row.role_before),
    role: parseRole(row.role),
    author: String(row.author),
    certificate: row.certificate === null ? null : String(row.certificate),
    madeAt: row.made_at as Date,
  }));
}

function parseRole(value: unknown): Role | null {
  return value === null ? null : value === "editor" ? "editor" : "viewer";
}
