import { createHash } from "node:crypto";
import type { Region } from "../region.ts";

/** What RDS grants the master user: many privileges, but none to escape its role (SUPER, FILE, SHUTDOWN). */
const masterPrivileges = [
  "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES",
  "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, BINLOG MONITOR, CREATE VIEW, SHOW VIEW",
  "CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER",
].join(", ");

/**
 * Statements that create the master user's accounts. Hosts are the region's own: its loopback block, and
 * 127.0.0.1, from where local processes connect unless they choose an address. Any other host is refused.
 */
export function masterAccount(region: Region, user: string, password: string): readonly string[] {
  return [`${region.network}.%`, "127.0.0.1"].flatMap((host) => {
    const account = `${quote(user)}@${quote(host)}`;
    return [
      `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY PASSWORD ${quote(hashPassword(password))}`,
      `ALTER USER ${account} IDENTIFIED BY PASSWORD ${quote(hashPassword(password))}`,
      `GRANT ${masterPrivileges} ON *.* TO ${account} WITH GRANT OPTION`,
    ];
  });
}

/** `mysql_native_password`: statements are written to the binary log, so they may contain only the hash. */
function hashPassword(password: string): string {
  const sha1 = (value: string | Buffer) => createHash("sha1").update(value).digest();
  return `*${sha1(sha1(password)).toString("hex").toUpperCase()}`;
}

function quote(value: string): string {
  return `'${value.replace(/['\\]/g, "\\$&")}'`;
}
