import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { changeConfiguration, readCurrent } from "../../../gateway/configuration/apply-change.ts";
import { putEntry } from "../../../gateway/configuration/document.ts";
import type { Pool, RowDataPacket } from "../../../gateway/database/pool.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { describeGateway, startGateway } from "../started-gateway.ts";
import { StartedMariadb } from "../started-mariadb.ts";
import { StartedRedis } from "../started-redis.ts";
import { DatabaseLine } from "./database-line.ts";
import { createRoute, openMigrated, openPool } from "./migrated-database.ts";

const block = await reserveNetwork();
let former: StartedMariadb;
let next: StartedMariadb;
let line: DatabaseLine;
let pool: Pool;

before(async () => {
  [former, next] = await Promise.all([
    StartedMariadb.start(`${block}.1.50`),
    StartedMariadb.start(`${block}.1.51`),
  ]);
  for (const database of [former, next]) await (await openMigrated(database)).end();
  line = await DatabaseLine.open(`${block}.1.52`, former.host);
  pool = openPool(former, line.host);
});
t.teardown(async () => {
  await pool?.end();
  await line?.close();
  await Promise.all([former?.stop(), next?.stop()]);
});

/** The former writer continues as a reader, its connections stay open, and the name resolves to the next one. */
async function failOver(from: StartedMariadb, to: StartedMariadb): Promise<void> {
  await from.setReadOnly(true);
  line.leadsTo = to.host;
}

/** The server with as many connections as the pool's maximum. */
async function findServers(): Promise<readonly string[]> {
  const ask = () => pool.query<RowDataPacket[]>("SELECT @@datadir AS folder, SLEEP(0.05)");
  const responses = await Promise.all([ask(), ask(), ask(), ask()]);
  return [...new Set(responses.map(([[row]]) => String(row?.folder)))];
}

test("a change on a former writer is retried on the new one, and no connection to the former is kept", async () => {
  const before = await findServers();
  assert.equal(before.length, 1);
  await failOver(former, next);
  const { version } = await readCurrent(pool);
  const changed = await changeConfiguration(pool, {
    basedOn: version,
    author: { name: "alice" },
    edit: (document) => putEntry(document, "routes", createRoute("moved")),
  });
  assert.equal(changed.version, version + 1);
  assert.equal((await next.query("SELECT name FROM routes WHERE name = 'moved'")).length, 1);
  assert.equal((await former.query("SELECT name FROM routes WHERE name = 'moved'")).length, 0);
  const servers = await findServers();
  assert.equal(servers.length, 1);
  assert.notDeepEqual(servers, before);
});

test("a single statement that a former writer refuses succeeds on the new one when retried", async () => {
  await failOver(next, former);
  await former.setReadOnly(false);
  const write = () => pool.query("UPDATE configuration SET version = version WHERE id = 1");
  await findServers();
  await assert.rejects(write(), { code: "ER_OPTION_PREVENTS_STATEMENT" });
  await write();
});

test("a gateway sends its heartbeat to the new writer, and serves what is changed there", async (context) => {
  const redis = await StartedRedis.start(block, { primaries: 1 });
  context.teardown(() => redis.stop());
  const database = Object.assign(Object.create(former) as StartedMariadb, { host: line.host });
  const testBed = { database, redis, upstreamUrl: "http://127.0.0.1:9000" };
  const gateway = await startGateway(`${block}.1.30`, testBed, describeGateway(testBed));
  context.teardown(() => gateway.process.end());
  await next.setReadOnly(false);
  await failOver(former, next);
  await waitUntil(
    "it is announced at the next writer",
    async () => (await next.query("SELECT state FROM gateways WHERE state = 'serving'")).length === 1,
  );
  await next.query("UPDATE configuration SET version = version + 100");
  const [row] = await next.query("SELECT version FROM configuration");
  await waitUntil("it serves the next writer's version", async () => {
    const response = await fetch(`${gateway.origin}/health/live`);
    return ((await response.json()) as { version: number }).version === Number(row?.version);
  });
});
