import assert from "node:assert/strict";
import { test } from "tap";
import { readSourceFiles } from "./source-files.ts";

test("no child process inherits the operator's environment", async () => {
  const wrong = readSourceFiles(["cli", "tools", "local"])
    .filter(({ path, text }) => path !== "tools/child-environment.ts" && /\.\.\.process\.env\b/.test(text))
    .map(({ path }) => path);
  assert.deepEqual(wrong, []);
});
