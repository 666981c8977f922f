import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "tap";
import { importsOf, parts, readSourceFiles } from "./source-files.ts";

const files = readSourceFiles(parts);
const folders = new Set(files.map(({ path }) => posix.dirname(path)));

/** What a folder offers to others as a whole; `program` is where Pulumi looks for it. */
const interfaces = ["stacks/index.ts", "verify/index.ts"];

test("a folder's entry file is in the folder and has its name, not beside it", async () => {
  const beside = files.filter(({ path }) => folders.has(path.replace(/\.ts$/, "")));
  assert.deepEqual(
    beside.map(({ path }) => path),
    [],
  );
});

test("an index lists equal files of its folder and decides nothing", async () => {
  const indexes = files.filter(({ path }) => /\/index\.ts$/.test(path) && !interfaces.includes(path));
  const deciding = indexes.filter(({ text }) => /^(?:export )?(?:async )?(?:function|class)\b/m.test(text));
  assert.ok(indexes.length > 0);
  assert.deepEqual(
    deciding.map(({ path }) => path),
    [],
  );
});

test("what is started as a program is named main, and nothing imports it", async () => {
  const imported = files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => posix.join(posix.dirname(file.path), specifier)),
  );
  assert.deepEqual(imported.filter((path) => /(?:^|\/)main\.ts$/.test(path)).sort(), []);
});
