import assert from "node:assert/strict";
import { pino } from "pino";
import { before, t, test } from "tap";
import { ensureAccount } from "../../../gateway/database/account.ts";
import { migrate, readPending } from "../../../gateway/database/migrate.ts";
import { createDatabasePool, type Pool } from "../../../gateway/database/pool.ts";
import type { DatabaseSettings } from "../../../gateway/settings.ts";
import { reserveNetwork } from "../../loopback.ts";
import { StartedMariadb } from "../started-mariadb.ts";

let database: StartedMariadb;
let settings: DatabaseSettings;

before(async () => {
  database = await StartedMariadb.start(`${await reserveNetwork()}.0.1`);
  settings = {
    host: database.host,
    readerHost: database.host,
    port: database.port,
    name: "platform",
    user: "gateways",
    password: 'w0rd "with" quotes',
    tls: false,
    administrator: await database.createAdministrator(),
  };
});
t.teardown(() => database.stop());

async function asGateway<Result>(settled: DatabaseSettings, run: (pool: Pool) => Promise<Result>) {
  const pool = createDatabasePool(settled, settled.host);
  try {
    return await run(pool);
  } finally {
    await pool.end();
  }
}

const asAdministrator = <Result>(run: (pool: Pool) => Promise<Result>) =>
  asGateway({ ...settings, ...settings.administrator }, run);

test("the administrator creates the user of all roles, with rights to its schema only", async () => {
  await assert.rejects(
    asGateway(settings, (pool) => pool.query("SELECT 1")),
    { code: "ER_ACCESS_DENIED_ERROR" },
  );
  await ensureAccount(settings);
  await asGateway(settings, async (pool) => {
    await pool.query("CREATE TABLE one (id INT PRIMARY KEY)");
    await pool.query("INSERT INTO one VALUES (1)");
    await pool.query("ALTER TABLE one ADD COLUMN name VARCHAR(10)");
    for (const statement of [
      "CREATE USER other@'%' IDENTIFIED BY 'x'",
      "GRANT SELECT ON platform.* TO gateways@'%'",
      "CREATE DATABASE other",
      "SELECT User FROM mysql.user",
      "SHUTDOWN",
      "DROP TABLE one",
      "TRUNCATE one",
      "CREATE TEMPORARY TABLE two (id INT)",
      "LOCK TABLES one WRITE",
      "CREATE VIEW all_of_one AS SELECT * FROM one",
      "CREATE TRIGGER before_one BEFORE INSERT ON one FOR EACH ROW SET NEW.name = 'x'",
    ])
      await assert.rejects(pool.query(statement), /denied/i, statement);
  });
});

test("the user of all roles can migrate the schema", async () => {
  await ensureAccount(settings);
  await asGateway(settings, async (pool) => {
    await migrate(pool, "http://127.0.0.1:9000", pino({ level: "silent" }));
    assert.deepEqual(await readPending(pool), []);
  });
});

test("privileges that an earlier version granted are withdrawn", async () => {
  await asAdministrator((pool) =>
    pool.query("GRANT DROP, LOCK TABLES, EXECUTE, TRIGGER ON platform.* TO gateways@'%'"),
  );
  await ensureAccount(settings);
  const [rows] = await asAdministrator((pool) => pool.query("SHOW GRANTS FOR gateways@'%'"));
  const granted = JSON.stringify(rows);
  assert.match(granted, /GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, INDEX, ALTER ON `platform`/);
});

test("a second start changes nothing, and a new password replaces the old one", async () => {
  await ensureAccount(settings);
  await asGateway(settings, (pool) => pool.query("SELECT 1"));
  const renewed = { ...settings, password: "another" };
  await ensureAccount(renewed);
  await asGateway(renewed, (pool) => pool.query("SELECT 1"));
  await assert.rejects(
    asGateway(settings, (pool) => pool.query("SELECT 1")),
    { code: "ER_ACCESS_DENIED_ERROR" },
  );
});

test("without an administrator nothing is created", async () => {
  const { administrator: _, ...rest } = settings;
  await ensureAccount({ ...rest, user: "nobody" });
  await assert.rejects(
    asGateway({ ...rest, user: "nobody" }, (pool) => pool.query("SELECT 1")),
    { code: "ER_ACCESS_DENIED_ERROR" },
  );
});
