import type { MigrationContext } from "./migration.ts";

/** Who may change the configuration; any other certificate is a viewer's. */
export async function appointAdministrators({ connection }: MigrationContext): Promise<void> {
  await connection.query(`CREATE TABLE IF NOT EXISTS administrators (
    name VARCHAR(200) NOT NULL PRIMARY KEY,
    role VARCHAR(20) NOT NULL,
    appointed_by VARCHAR(200) NOT NULL,
    appointed_at DATETIME(3) NOT NULL
  )`);
  // The certificate that an environment's owner creates first.
  await connection.query(
    `INSERT IGNORE INTO administrators (name, role, appointed_by, appointed_at)
     VALUES ('operator', 'editor', 'platform', UTC_TIMESTAMP(3))`,
  );
}
