import assert from "node:assert/strict";
import { test } from "tap";
import { importsOf, readSourceFiles } from "./source-files.ts";

const files = readSourceFiles(["tests"]);

test("every test runs on tap", async () => {
  const wrong = files.filter((file) => importsOf(file).some((name) => /^node:test(\/|$)/.test(name)));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});

test("every test file has a test", async () => {
  const empty = files.filter(
    ({ path, text }) => path.endsWith(".test.ts") && !/^\s*(for .*)?(t\.)?test\(/m.test(text),
  );
  assert.deepEqual(
    empty.map(({ path }) => path),
    [],
  );
});
