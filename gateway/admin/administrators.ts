import type { Author } from "../configuration/history.ts";
import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";
import { inTransaction } from "../database/transaction.ts";
import { hasInvisible } from "../page/invisible.ts";
import { recordAdministratorChange } from "./administrator-changes.ts";
import { AdminError } from "./errors.ts";
import type { Role } from "./role.ts";

/** A person with an explicit role; everyone else is a viewer. */
export interface Appointment {
  readonly name: string;
  readonly role: Role;
  readonly appointedBy: string;
  readonly appointedAt: Date;
}

export async function findRole(pool: Pool, name: string): Promise<Role> {
  const [rows] = await pool.query<RowDataPacket[]>("SELECT name, role FROM administrators WHERE name = ?", [
    name,
  ]);
  return rows[0]?.name === name && rows[0]?.role === "editor" ? "editor" : "viewer";
}

export async function readAppointments(pool: Pool): Promise<readonly Appointment[]> {
  const [rows] = await pool.query<RowDataPacket[]>("SELECT * FROM administrators ORDER BY name");
  return rows.map((row) => ({
    name: String(row.name),
    role: row.role === "editor" ? "editor" : "viewer",
    appointedBy: String(row.appointed_by),
    appointedAt: row.appointed_at as Date,
  }));
}

/**
 * Assigns a role. A person who already has it keeps the existing appointment.
 *
 * @throws AdminError if no editor would remain, or the name is ambiguous
 */
export async function appoint(pool: Pool, name: string, role: Role, author: Author): Promise<void> {
  if (hasInvisible(name))
    throw new AdminError("DMM_ADMIN_REQUEST_INVALID", {
      detail: `${JSON.stringify(name)} contains an invisible character, so it could be mistaken for another name.`,
    });
  // The database ignores trailing spaces.
  if (name !== name.trim())
    throw new AdminError("DMM_ADMIN_REQUEST_INVALID", {
      detail: `${JSON.stringify(name)} begins or ends with a space.`,
    });
  await inTransaction(pool, async (connection) => {
    const before = await keepOneEditor(connection, name, role);
    if (before?.role === role) return;
    const roleBefore = before?.role ?? null;
    await recordAdministratorChange(connection, { name, roleBefore, role }, author);
    await connection.query(
      `INSERT INTO administrators (name, role, appointed_by, appointed_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE role = VALUES(role),
       appointed_by = VALUES(appointed_by), appointed_at = VALUES(appointed_at)`,
      [name, role, author.name],
    );
  });
}

/** Removes a role; the person becomes a viewer. @throws AdminError */
export async function dismiss(pool: Pool, name: string, author: Author): Promise<void> {
  await inTransaction(pool, async (connection) => {
    const before = await keepOneEditor(connection, name, "viewer");
    if (before === undefined) throw unknownAppointment(name);
    await connection.query("DELETE FROM administrators WHERE name = ?", [name]);
    const change = { name: before.name, roleBefore: before.role, role: null };
    await recordAdministratorChange(connection, change, author);
  });
}

export function unknownAppointment(name: string): AdminError {
  return new AdminError("DMM_ADMIN_RESOURCE_UNKNOWN", { detail: `No role is assigned to ${name}.` });
}

/**
 * Without an editor no further editor could be appointed. Locks the table against concurrent role changes.
 *
 * @returns the existing appointment
 */
async function keepOneEditor(
  connection: PoolConnection,
  name: string,
  role: Role,
): Promise<{ readonly name: string; readonly role: Role } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT name, role FROM administrators FOR UPDATE");
  if (role !== "editor" && !rows.some((row) => row.role === "editor" && row.name !== name))
    throw new AdminError("DMM_ADMIN_LAST_EDITOR");
  const own = rows.find((row) => row.name === name);
  return own && { name: String(own.name), role: own.role === "editor" ? "editor" : "viewer" };
}
