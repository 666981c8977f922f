import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { changeConfiguration, readCurrent } from "../../../gateway/configuration/apply-change.ts";
import {
  ChangeNotStoredError,
  ChangeUncertainError,
  VersionStaleError,
} from "../../../gateway/configuration/change-errors.ts";
import { type ConfigurationDocument, putEntry } from "../../../gateway/configuration/document.ts";
import { readVersions } from "../../../gateway/configuration/history.ts";
import { settleChange } from "../../../gateway/configuration/settle-lost-change.ts";
import type { Pool } from "../../../gateway/database/pool.ts";
import { CommitUncertainError } from "../../../gateway/database/transaction.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedMariadb } from "../started-mariadb.ts";
import { DatabaseLine } from "./database-line.ts";
import { createRoute, openMigrated, openPool } from "./migrated-database.ts";

const network = await reserveNetwork();

let database: StartedMariadb;
let line: DatabaseLine;
/** Through the simulated network, like a role's. */
let pool: Pool;
/** Directly. */
let direct: Pool;
const alice = { name: "alice" };

before(async () => {
  database = await StartedMariadb.start(`${network}.1.50`);
  direct = await openMigrated(database);
  line = await DatabaseLine.open(`${network}.1.51`, database.host);
  pool = openPool(database, line.host);
});
t.teardown(async () => {
  await pool?.end();
  await direct?.end();
  await line?.close();
  await database?.stop();
});

const addRoute = (name: string) => (document: ConfigurationDocument) =>
  putEntry(document, "routes", createRoute(name));

const change = (basedOn: number, name: string, author = alice) =>
  changeConfiguration(pool, { basedOn, author, edit: addRoute(name) });

/** How often a route was added, by the history. */
async function countAdded(name: string): Promise<number> {
  const versions = await readVersions(direct, { limit: 100 });
  return versions.filter(({ differences }) => differences.some((difference) => difference.name === name))
    .length;
}

/** Makes the database unavailable for this long once the COMMIT has met its fate. */
function takeAway(ms: number): void {
  line.onFate = () => {
    line.isDown = true;
    line.onFate = undefined;
    setTimeout(() => {
      line.isDown = false;
    }, ms);
  };
}

test("a change whose COMMIT is executed without a response is reported as stored, once the database is back", async () => {
  const { version } = await readCurrent(pool);
  line.commitFate = "unacknowledged";
  takeAway(700);
  const changed = await change(version, "unacknowledged");
  assert.equal(changed.version, version + 1);
  assert.deepEqual(
    changed.differences.map(({ name }) => name),
    ["unacknowledged"],
  );
  assert.equal(await countAdded("unacknowledged"), 1);
});

test("a change whose COMMIT never arrives is refused, nothing is stored, and a retry stores it once", async () => {
  const { version } = await readCurrent(pool);
  line.commitFate = "lost";
  takeAway(700);
  await assert.rejects(change(version, "lost"), ChangeNotStoredError);
  assert.equal((await readCurrent(direct)).version, version);
  assert.equal(await countAdded("lost"), 0);
  assert.equal((await change(version, "lost")).version, version + 1);
  assert.equal(await countAdded("lost"), 1);
});

test("a change that is disconnected before its COMMIT is refused, and nothing is stored", async () => {
  const { version } = await readCurrent(pool);
  const holder = await direct.getConnection();
  await holder.query("START TRANSACTION");
  await holder.query("SELECT version FROM configuration WHERE id = 1 FOR UPDATE");
  const waiting = change(version, "cut");
  await waitUntil("the change waits for the version", async () => {
    const rows = await database.query("SHOW FULL PROCESSLIST");
    return rows.filter(({ Info }) => String(Info).endsWith("FOR UPDATE")).length === 1;
  });
  line.cut();
  await assert.rejects(waiting, ChangeNotStoredError);
  await holder.query("ROLLBACK");
  holder.release();
  await waitUntil("its lock to be released", async () => {
    const changed = await change(version, "after-the-cut").catch(() => undefined);
    return changed?.version === version + 1;
  });
  assert.equal(await countAdded("cut"), 0);
});

test("a COMMIT in flight is awaited before its change is reported as stored or not", async () => {
  const { version } = await readCurrent(pool);
  line.commitFate = "late";
  assert.equal((await change(version, "late")).version, version + 1);
  assert.equal(await countAdded("late"), 1);
});

test("if the database does not return in time, the outcome is reported as unknown", async () => {
  const uncertain = settleChange(
    pool,
    {
      changeId: "nobody's",
      make: () => Promise.reject(new CommitUncertainError(new Error("Connection lost"))),
      lock: async () => {},
    },
    600,
  );
  line.isDown = true;
  line.cut();
  await assert.rejects(uncertain, ChangeUncertainError);
  line.isDown = false;
});

test("a server that became a reader is not trusted to have the latest write", async () => {
  const { version } = await readCurrent(pool);
  line.commitFate = "unacknowledged";
  line.onFate = () => {
    line.onFate = undefined;
    void database.setReadOnly(true);
  };
  const { opened } = line;
  const settled = change(version, "by-a-reader");
  await waitUntil("it asked three times", () => line.opened >= opened + 3);
  await database.setReadOnly(false);
  assert.equal((await settled).version, version + 1);
  assert.equal(await countAdded("by-a-reader"), 1);
});

test("an edit that its author retries returns the version that it created, and is not applied twice", async () => {
  const { version } = await readCurrent(pool);
  const first = await change(version, "twice");
  assert.deepEqual(await change(version, "twice"), first);
  assert.equal((await readCurrent(pool)).version, version + 1);
  assert.equal(await countAdded("twice"), 1);
});

test("the same edit by another author, another edit, one with a new secret, and one that others built on are stale", async () => {
  const { version } = await readCurrent(pool);
  await change(version, "mine");
  await assert.rejects(change(version, "mine", { name: "bob" }), VersionStaleError);
  await assert.rejects(change(version, "another"), VersionStaleError);
  const withSecret = changeConfiguration(pool, {
    basedOn: version,
    author: alice,
    edit: addRoute("mine"),
    secretHashes: new Map([["verifier", "a".repeat(64)]]),
  });
  await assert.rejects(withSecret, VersionStaleError);
  await change(version + 1, "on-top", { name: "bob" });
  await assert.rejects(change(version, "mine"), VersionStaleError);
  assert.equal(await countAdded("mine"), 1);
});
