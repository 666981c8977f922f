import assert from "node:assert/strict";
import { test } from "tap";
import { readSourceFiles } from "./source-files.ts";

/** The folders that may import `machine/`. */
const files = readSourceFiles(["cli", "local", "tools", "bench"]);

/** Files that match, apart from those that are named with their reason. */
function findUsers(pattern: RegExp, exceptions: readonly string[] = []): readonly string[] {
  return files
    .filter(({ path, text }) => pattern.test(text) && !exceptions.includes(path))
    .map(({ path }) => path);
}

test("only machine/ reads the kernel's lists of processes and sockets", async () => {
  const lists = /\/proc\/net\/|"\/proc(?:\/stat)?"|\/proc\/\$\{[^}]+\}\/(?:stat|environ|cmdline|fd[`"])/;
  // It reads processor time and memory, which identify nothing.
  assert.deepEqual(findUsers(lists, ["bench/gateway/processes/usage.ts"]), []);
});

test("conditions are waited for by machine/wait.ts, which names what was waited for", async () => {
  const pauses = /new Promise(?:<\w+>)?\([^\n]*=>\s*setTimeout\(/;
  const deadlines = /\b(?:deadline|until) = (?:Date|performance)\.now\(\) \+/;
  assert.deepEqual(findUsers(pauses), []);
  // It watches the engine while another function waits for its end.
  assert.deepEqual(findUsers(deadlines, ["cli/engine/watch-engine.ts"]), []);
});

test("files are replaced by machine/files.ts, and locks taken by machine/lock.ts", async () => {
  const temporaryNames = /`\$\{\w+\}\.\$\{process\.pid\}/;
  const exclusive = /\b(?:openSync|open|writeFileSync|writeFile)\([^\n]*["']wx|\blinkSync\(/;
  assert.deepEqual(findUsers(temporaryNames), []);
  assert.deepEqual(findUsers(exclusive), []);
});
