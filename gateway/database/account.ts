import { createHash } from "node:crypto";
import type { DatabaseSettings } from "../settings.ts";
import { createDatabasePool, type RowDataPacket } from "./pool.ts";

/** What the statements of the roles and of their migrations need within their schema; migrations only add. */
const privileges = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX";

/** Privileges that earlier versions granted as well. */
const withdrawn = [
  "DROP, REFERENCES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE",
  "CREATE VIEW, SHOW VIEW, TRIGGER",
].join(", ");

/**
 * Creates the account that all roles use, or gives it its password and its privileges again, as the administrator of the database; nothing where no
 * administrator is configured. The gateways wait for it: none of them could create accounts or end replication.
 */
export async function ensureAccount(settings: DatabaseSettings): Promise<void> {
  const { administrator, user, password, name } = settings;
  if (administrator === undefined) return;
  const pool = createDatabasePool({ ...settings, ...administrator }, settings.host);
  try {
    const [[row]] = await pool.query<RowDataPacket[]>("SELECT CURRENT_USER() AS account");
    // The new account may connect from where the administrator may.
    const host = String(row?.account).split("@").at(-1) ?? "%";
    // As a hash: statements are written to the binary log.
    const secret = `IDENTIFIED WITH mysql_native_password AS '${hashPassword(password)}'`;
    await pool.query(`CREATE USER IF NOT EXISTS ?@? ${secret}`, [user, host] as never);
    await pool.query(`ALTER USER ?@? ${secret}`, [user, host] as never);
    await pool.query(`GRANT ${privileges} ON ??.* TO ?@?`, [name, user, host] as never);
    await pool.query(`REVOKE ${withdrawn} ON ??.* FROM ?@?`, [name, user, host] as never);
  } finally {
    await pool.end();
  }
}

/** As `mysql_native_password` stores it. */
function hashPassword(password: string): string {
  const sha1 = (value: string | Buffer) => createHash("sha1").update(value).digest();
  return `*${sha1(sha1(password)).toString("hex").toUpperCase()}`;
}
