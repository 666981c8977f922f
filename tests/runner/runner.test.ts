import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Test, test } from "tap";
import { exitCodeOf, type Outcome, renderCounts } from "./outcome.ts";
import { runFiles } from "./run-files.ts";

const tap = JSON.stringify(import.meta.resolve("tap"));
const execa = JSON.stringify(import.meta.resolve("execa"));

/** Runs files with these texts; `tap` in them stands for its path. */
async function run(t: Test, texts: readonly string[], timeoutMs = 120_000): Promise<Outcome> {
  const root = mkdtempSync(join(tmpdir(), "dmm-r-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  const files = texts.map((text, index) => {
    const file = join(root, `${index}.test.mjs`);
    writeFileSync(file, text.replace("from tap", `from ${tap}`));
    return file;
  });
  return runFiles(files, { root, jobs: 2, timeoutMs, onFile: () => {} });
}

const pathsOf = (found: readonly { readonly path: readonly string[] }[]): string[] =>
  found.map(({ path }) => path.join(" › ")).sort();

test("tests are counted, not their assertions nor the groups around them", async (t) => {
  const outcome = await run(t, [
    `import { test } from tap;
     test("plain", async () => {});
     test("asserting", async (t) => { t.ok(true); t.ok(true); });
     test("group", async (t) => { t.test("one", async () => {}); t.test("two", async () => {}); });
     test("at once", { jobs: 3 }, async (t) => { for (const n of "abc") t.test(n, async () => {}); });`,
    `import { test } from tap;
     test("group", async (t) => { t.test("inner group", async (t) => { t.test("deep", async () => {}); }); });`,
  ]);
  assert.deepEqual(outcome, { passed: 8, failures: [], skips: [] });
  assert.equal(renderCounts(outcome), "8 passed, 0 failed");
  assert.deepEqual([exitCodeOf(outcome, {}), exitCodeOf(outcome, { CI: "true" })], [0, 0]);
});

test("a failed test is reported with its reason, and a group only when no test of it failed", async (t) => {
  const outcome = await run(t, [
    `import assert from "node:assert/strict";
     import { test } from tap;
     test("thrown", async () => { assert.equal(1, 2); });
     test("asserted", async (t) => { t.equal(1, 2, "one is two"); });
     test("group", async (t) => { t.test("inner", async () => { throw new Error("inside"); }); });
     test("prepared badly", async (t) => { t.before(async () => { throw new Error("no server"); }); t.test("never", async () => {}); });
     test("left open", () => {});`,
  ]);
  const { failures } = outcome;
  const named = ["thrown", "asserted", "group › inner", "prepared badly", "left open"];
  for (const name of named) assert.ok(pathsOf(failures).includes(`0.test.mjs › ${name}`), name);
  const reasons = failures.map(({ message }) => message).join("\n");
  for (const reason of [/1 !== 2/, /one is two/, /inside/, /no server/]) assert.match(reasons, reason);
  assert.equal(exitCodeOf(outcome, {}), 1);
});

test("a skipped test is reported and counted, and fails an automated run", async (t) => {
  const outcome = await run(t, [
    `import { test } from tap;
     test("done", async () => {});
     test("missing", { skip: "there is no browser" }, async () => {});
     test("group", async (t) => { t.test("later", { todo: "not yet" }, async () => {}); });`,
  ]);
  assert.deepEqual(pathsOf(outcome.skips), ["0.test.mjs › group › later", "0.test.mjs › missing"]);
  assert.ok(outcome.skips.some(({ reason }) => reason === "there is no browser"));
  assert.equal(renderCounts(outcome), "1 passed, 0 failed, 2 skipped");
  assert.deepEqual([exitCodeOf(outcome, {}), exitCodeOf(outcome, { CI: "true" })], [0, 1]);
});

test("a file that cannot be loaded, has no test, is killed or fails after its tests counts as a failure", async (t) => {
  const outcome = await run(t, [
    `import "no-such-package";`,
    "",
    `import { test } from tap;
     test("first", async () => {});
     test("second", async () => { process.kill(process.pid, "SIGKILL"); await new Promise(() => {}); });`,
    `import { test } from tap;
     test("only", async () => {});
     process.on("exit", () => { process.exitCode = 9; });`,
    `import { t, test } from tap;
     test("only", async () => {});
     t.teardown(() => { throw new Error("nothing was cleaned up"); });`,
  ]);
  const files = new Set(outcome.failures.map(({ path }) => path[0]));
  assert.deepEqual(
    [...files].sort(),
    [0, 1, 2, 3, 4].map((index) => `${index}.test.mjs`),
  );
  assert.equal(exitCodeOf(outcome, {}), 1);
});

test("a file that does not end in time is ended and counts as a failure", async (t) => {
  const outcome = await run(t, ["setInterval(() => {}, 1000);"], 3000);
  assert.deepEqual(pathsOf(outcome.failures), ["0.test.mjs"]);
});

test("programs that a test starts run without the runner's loaders", async (t) => {
  const outcome = await run(t, [
    `import assert from "node:assert/strict";
     import { execaSync } from ${execa};
     import { test } from tap;
     test("clean", async () => {
       const { stdout } = execaSync(process.execPath, ["-p", "String(process.env.NODE_OPTIONS) + process.execArgv.slice(0, -2)"]);
       assert.equal(stdout, "undefined");
     });`,
  ]);
  assert.deepEqual(outcome.failures, []);
});

test("a run without tests is not a success", async () => {
  assert.equal(exitCodeOf({ passed: 0, failures: [], skips: [] }, {}), 1);
});
