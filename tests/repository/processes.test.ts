import assert from "node:assert/strict";
import { test } from "tap";
import { importsOf, readSourceFiles } from "./source-files.ts";

/** They start processes that outlive the command or are found again after a kill: docs/decisions/0046. */
const detached = ["cli/engine/pulumi.ts", "cli/region/start.ts", "local/daemon/started-process.ts"];

test("only what starts detached processes uses Node's own module; all else runs programs by execa", async () => {
  const users = readSourceFiles(["stacks", "local", "verify", "cli", "tools"])
    .filter((file) => importsOf(file).some((name) => /^(?:node:)?child_process$/.test(name)))
    .map(({ path }) => path);
  assert.deepEqual(users.sort(), detached);
});
