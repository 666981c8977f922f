import type { MigrationContext } from "./migration.ts";

/** History of role changes. It begins with the existing roles. */
export async function recordAdministrators({ connection }: MigrationContext): Promise<void> {
  await connection.query(`CREATE TABLE IF NOT EXISTS administrator_changes (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(200) NOT NULL,
    role_before VARCHAR(20) NULL,
    role VARCHAR(20) NULL,
    author VARCHAR(200) NOT NULL,
    certificate VARCHAR(100) NULL,
    made_at DATETIME(3) NOT NULL
  )`);
  // A migration that failed half-way runs again.
  await connection.query(
    `INSERT INTO administrator_changes (name, role, author, made_at)
     SELECT name, role, appointed_by, appointed_at FROM administrators
     WHERE NOT EXISTS (SELECT 1 FROM administrator_changes) ORDER BY appointed_at`,
  );
}
