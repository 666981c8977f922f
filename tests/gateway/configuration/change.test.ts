import assert from "node:assert/strict";
import { before, t, test } from "tap";
import {
  changeConfiguration,
  readCurrent,
  restoreVersion,
} from "../../../gateway/configuration/apply-change.ts";
import {
  ConfigurationInvalidError,
  VersionStaleError,
} from "../../../gateway/configuration/change-errors.ts";
import {
  type ConfigurationDocument,
  putEntry,
  removeEntry,
} from "../../../gateway/configuration/document.ts";
import { findVersion, readVersions } from "../../../gateway/configuration/history.ts";
import { readConfiguration } from "../../../gateway/configuration/stored-configuration.ts";
import type { Pool } from "../../../gateway/database/pool.ts";
import { reserveNetwork } from "../../loopback.ts";
import { StartedMariadb } from "../started-mariadb.ts";
import { createRoute, openMigrated } from "./migrated-database.ts";

const network = await reserveNetwork();

let database: StartedMariadb;
let pool: Pool;
const alice = { name: "alice", certificate: "0A01" };
const bob = { name: "bob" };

before(async () => {
  database = await StartedMariadb.start(`${network}.1.50`);
  pool = await openMigrated(database);
});
t.teardown(async () => {
  await pool?.end();
  await database?.stop();
});

const addRoute = (name: string) => (document: ConfigurationDocument) =>
  putEntry(document, "routes", createRoute(name));

test("a change is stored as one version with author, time, difference and document", async () => {
  const { version } = await readCurrent(pool);
  const changed = await changeConfiguration(pool, {
    basedOn: version,
    author: alice,
    edit: addRoute("orders"),
  });
  assert.equal(changed.version, version + 1);
  const recorded = await findVersion(pool, changed.version);
  assert.equal(recorded?.author, "alice");
  assert.equal(recorded?.certificate, "0A01");
  assert.equal(recorded?.summary, "Added route orders");
  assert.ok(Math.abs(Date.now() - recorded.createdAt.getTime()) < 60_000);
  assert.deepEqual(
    recorded.differences.map(({ kind, name, change }) => `${change} ${kind}/${name}`),
    ["added routes/orders"],
  );
  const served = await readConfiguration(pool);
  assert.equal(served.version, changed.version);
  assert.equal(served.routes.find(({ name }) => name === "orders")?.path, "/orders/*");
});

test("the version before the first change is in the history as well", async () => {
  const versions = await readVersions(pool, { limit: 100 });
  assert.equal(versions.at(-1)?.author, "platform");
  assert.equal(versions.at(-1)?.summary, "Initial configuration");
});

test("an edit of a version that is no longer current is refused, with what changed and by whom", async () => {
  const { version } = await readCurrent(pool);
  await changeConfiguration(pool, { basedOn: version, author: bob, edit: addRoute("invoices") });
  const stale = changeConfiguration(pool, { basedOn: version, author: alice, edit: addRoute("late") });
  await assert.rejects(stale, (error: VersionStaleError) => {
    assert.ok(error instanceof VersionStaleError);
    assert.equal(error.conflict.current, version + 1);
    assert.deepEqual(error.conflict.authors, ["bob"]);
    assert.deepEqual(
      error.conflict.differences?.map(({ name }) => name),
      ["invoices"],
    );
    return true;
  });
  assert.equal((await readCurrent(pool)).version, version + 1);
});

test("of ten concurrent edits of the same version, exactly one is stored", async () => {
  const { version } = await readCurrent(pool);
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) =>
      changeConfiguration(pool, { basedOn: version, author: alice, edit: addRoute(`race-${index}`) }),
    ),
  );
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  for (const result of results)
    if (result.status === "rejected")
      assert.ok(result.reason instanceof VersionStaleError, String(result.reason));
  assert.equal((await readCurrent(pool)).version, version + 1);
});

test("an invalid change is refused with all problems, and nothing of it is stored", async () => {
  const { version } = await readCurrent(pool);
  const wrong = changeConfiguration(pool, {
    basedOn: version,
    author: alice,
    edit: (document) =>
      putEntry(putEntry(document, "routes", { ...createRoute("one"), scopes: ["nobody:knows"] }), "routes", {
        ...createRoute("two"),
        upstream: "nowhere",
        path: "no-slash",
      }),
  });
  await assert.rejects(wrong, (error: ConfigurationInvalidError) => {
    const found = error.problems.map(({ name, field }) => `${name}.${field}`).sort();
    assert.deepEqual(found, ["one.scopes", "two.path", "two.upstream"]);
    return true;
  });
  assert.equal((await readCurrent(pool)).version, version);
});

test("an API that routes use cannot be removed", async () => {
  const { version } = await readCurrent(pool);
  await assert.rejects(
    changeConfiguration(pool, {
      basedOn: version,
      author: alice,
      edit: (document) => removeEntry(document, "upstreams", "stub"),
    }),
    ConfigurationInvalidError,
  );
});

test("an edit without changes creates no version", async () => {
  const { version } = await readCurrent(pool);
  const changed = await changeConfiguration(pool, {
    basedOn: version,
    author: alice,
    edit: (document) => document,
  });
  assert.deepEqual(changed, { version, differences: [] });
});

test("a rollback is a new version with the old one's meaning", async () => {
  const before = await readCurrent(pool);
  const first = await changeConfiguration(pool, {
    basedOn: before.version,
    author: alice,
    edit: (document) => removeEntry(document, "routes", "orders"),
  });
  const back = await restoreVersion(pool, before.version, { basedOn: first.version, author: bob });
  assert.equal(back.version, first.version + 1);
  assert.deepEqual((await readCurrent(pool)).document, before.document);
  const recorded = await findVersion(pool, back.version);
  assert.equal(recorded?.restoredFrom, before.version);
  assert.equal(recorded?.author, "bob");
});

test("a rollback does not restore a replaced secret", async () => {
  const { version } = await readCurrent(pool);
  const rotated = await changeConfiguration(pool, {
    basedOn: version,
    author: alice,
    edit: (document) => document,
    secretHashes: new Map([["verifier", "f".repeat(64)]]),
  });
  assert.equal((await findVersion(pool, rotated.version))?.summary, "Replaced the secret of client verifier");
  await changeConfiguration(pool, { basedOn: rotated.version, author: alice, edit: addRoute("more") });
  await restoreVersion(pool, version, { basedOn: rotated.version + 1, author: alice });
  const [row] = await database.query("SELECT secret_hash FROM clients WHERE client_id = 'verifier'");
  assert.equal(row?.secret_hash, "f".repeat(64));
});

test("no document and no difference in the history contains a secret or its hash", async () => {
  const rows = await database.query("SELECT differences, document FROM configuration_versions");
  assert.ok(rows.length > 5);
  for (const row of rows) assert.doesNotMatch(`${row.differences}${row.document}`, /f{64}|secret_hash/);
});

test("a direct change in the database is recorded at the next change", async () => {
  await database.query("INSERT INTO scopes (name) VALUES ('smuggled')");
  await database.query("UPDATE configuration SET version = version + 1");
  const { version } = await readCurrent(pool);
  await changeConfiguration(pool, { basedOn: version, author: alice, edit: addRoute("after-gap") });
  const found = await findVersion(pool, version);
  assert.equal(found?.summary, "Changed directly in the database");
  assert.deepEqual(
    found.differences.map(({ name }) => name),
    ["smuggled"],
  );
});
