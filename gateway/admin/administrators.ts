import type { Pool, RowDataPacket } from "../database/pool.ts";
import { AdminError } from "./errors.ts";

/** A viewer sees everything but secrets; an editor changes it. */
export type Role = "viewer" | "editor";

export const roles = ["viewer", "editor"] as const satisfies readonly Role[];

/** Somebody whose role was decided; everybody else is a viewer. */
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
  // The database compares without regard to case; certificates do not.
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

export async function appoint(pool: Pool, name: string, role: Role, by: string): Promise<void> {
  await keepOneEditor(pool, name, role);
  await pool.query(
    `INSERT INTO administrators (name, role, appointed_by, appointed_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE name = VALUES(name), role = VALUES(role),
     appointed_by = VALUES(appointed_by), appointed_at = VALUES(appointed_at)`,
    [name, role, by],
  );
}

/** Back to a viewer like everybody. */
export async function dismiss(pool: Pool, name: string): Promise<void> {
  await keepOneEditor(pool, name, "viewer");
  const [result] = await pool.query("DELETE FROM administrators WHERE name = ?", [name]);
  if ((result as { affectedRows: number }).affectedRows === 0)
    throw new AdminError("DMM_ADMIN_RESOURCE_UNKNOWN", { detail: `${name} has no role of their own.` });
}

/** Without an editor nobody could ever appoint one. */
async function keepOneEditor(pool: Pool, name: string, role: Role): Promise<void> {
  if (role === "editor") return;
  const others = (await readAppointments(pool)).filter(
    (appointment) => appointment.role === "editor" && appointment.name !== name,
  );
  if (others.length === 0) throw new AdminError("DMM_ADMIN_LAST_EDITOR");
}
