import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "tap";
import { readProcessesOf } from "./environment/processes.ts";

/** Every test file creates its folders under this one (see tests/run.ts); a single file run by hand has none. */
const folder = process.env.DMM_ENV_TEST_FOLDER;
const skip = folder === undefined ? "runs at the end of npm test only" : false;

test("no process of the tests is left", { skip }, async () => {
  const left = readProcessesOf(folder ?? "").map((view) => `${view.pid} ${view.commandLine}`);
  assert.deepEqual(left, []);
});

test("no file of the tests is left", { skip }, async () => {
  assert.deepEqual(readdirSync(folder ?? ""), []);
});
