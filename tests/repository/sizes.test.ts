import assert from "node:assert/strict";
import { test } from "tap";
import { parts, readSourceFiles } from "./source-files.ts";

const limit = 300;

/** Files over the limit, each with its reason. */
const exceptions: Readonly<Record<string, string>> = {};

test("no file exceeds the length limit", async () => {
  const tooLong = readSourceFiles(parts)
    .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
    .filter((file) => file.lines > limit && !(file.path in exceptions));
  assert.deepEqual(tooLong, []);
});

test("nine files in ten stay within 150 lines", async () => {
  const lengths = readSourceFiles(parts).map((file) => file.text.split("\n").length - 1);
  const within = lengths.filter((lines) => lines <= 150).length / lengths.length;
  assert.ok(within >= 0.9, `${Math.round(within * 100)}% of ${lengths.length} files are within 150 lines`);
});

test("folders are named after the domain", async () => {
  const drawers = readSourceFiles(parts).filter((file) =>
    /(^|\/)(src|utils?|helpers?|common|lib)\//.test(file.path),
  );
  assert.deepEqual(
    drawers.map((file) => file.path),
    [],
  );
});
