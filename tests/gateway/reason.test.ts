import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { createDatabasePool } from "../../gateway/database/pool.ts";
import type { Logger } from "../../gateway/logger.ts";
import { describeReason } from "../../gateway/reason.ts";
import { UpstreamTarget } from "../../gateway/upstreams/target.ts";
import { askUpstream } from "./upstream-request.ts";

const refused = (port: number) =>
  Object.assign(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`), { code: "ECONNREFUSED" });

test("a reason is never empty", async () => {
  assert.equal(describeReason(new Error("no")), "no");
  assert.equal(describeReason(Object.assign(new Error(""), { code: "ETIMEDOUT" })), "ETIMEDOUT");
  assert.equal(describeReason(new Error("", { cause: new Error("the cause") })), "the cause");
  assert.equal(describeReason(new TypeError("")), "TypeError");
  assert.equal(describeReason("text"), "text");
  assert.equal(describeReason(undefined), "undefined");
});

test("an aggregate error names each reason once", async () => {
  const error = new AggregateError([refused(1), refused(2), refused(1)]);
  assert.equal(describeReason(error), "connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED 127.0.0.1:2");
  assert.equal(describeReason(new AggregateError([], "none")), "none");
});

test("an upstream whose name has dead addresses fails with their reasons", async () => {
  const target = new UpstreamTarget("http://localhost:1");
  const error = await askUpstream(target).then(
    () => assert.fail("It responded."),
    (reason: unknown) => reason,
  );
  target.close();
  assert.match(describeReason(error), /ECONNREFUSED/);
});

test("an unreachable database is logged once with its reason", async () => {
  const lines: unknown[] = [];
  const note = (fields: unknown, message: string) => lines.push([message, fields]);
  const logger = { warn: note, info: note } as unknown as Logger;
  const pool = createDatabasePool(
    { host: "localhost", readerHost: "localhost", port: 1, name: "a", user: "a", password: "a", tls: false },
    "localhost",
    logger,
  );
  for (let attempt = 0; attempt < 3; attempt++)
    await assert.rejects(pool.query("SELECT 1"), (error) => /ECONNREFUSED/.test(describeReason(error)));
  await pool.end();
  assert.equal(lines.length, 1);
  const [[message, fields]] = lines as [[string, { host: string; error: string }]];
  assert.deepEqual([message, fields.host], ["database unreachable", "localhost"]);
  assert.match(fields.error, /ECONNREFUSED/);
});

test("no log line of the gateway takes an error's message as the reason", async () => {
  const root = join(import.meta.dirname, "../../gateway");
  for (const file of globSync("**/*.ts", { cwd: root, exclude: ["**/node_modules/**"] })) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [call] of text.matchAll(/logger\??\.(?:debug|info|warn|error)\([^;]*;/g))
      assert.doesNotMatch(call, /\.message\b/, file);
  }
});
