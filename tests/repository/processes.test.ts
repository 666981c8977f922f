import assert from "node:assert/strict";
import { test } from "tap";
import { importsOf, parts, readSourceFiles } from "./source-files.ts";

/** Each has its reason in docs/decisions/0015-running-other-programs.md. */
const exceptions = [
  // Processes that outlive the command or are found again after a kill.
  "cli/engine/pulumi.ts",
  "cli/region/start.ts",
  "local/daemon/started-process.ts",
  // Workers, which are forked.
  "gateway/workers/run-workers.ts",
  // Stand-ins for orphaned processes of the first kind.
  "tests/cli/engine.test.ts",
  "tests/local/daemon/strays.test.ts",
];

test("only code that starts detached processes or workers uses Node's own module; all other runs programs by execa", async () => {
  const users = readSourceFiles([...parts, "tests"])
    .filter((file) => importsOf(file).some((name) => /^(?:node:)?child_process$/.test(name)))
    .map(({ path }) => path);
  assert.deepEqual(users.sort(), exceptions.toSorted());
});
