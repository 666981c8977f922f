import assert from "node:assert/strict";
import { mkdirSync, openSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import {
  isInside,
  isOwnUser,
  readCommandLine,
  readEnvironment,
  readOpenFiles,
  readProcessesIn,
  readWorkingDirectory,
  resolveFolder,
} from "../../machine/process-files.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

/** More than the largest pid of Linux. */
const unusedPid = 4_194_305;

function startSleeperIn(cwd: string, options: { output?: number; env?: Record<string, string> } = {}) {
  // execa takes any descriptor; its types know only the standard ones.
  const stdout = (options.output as 1 | undefined) ?? "ignore";
  const { env = {} } = options;
  const child = execa("sleep", ["600"], {
    cwd,
    env,
    stdin: "ignore",
    stdout,
    stderr: "ignore",
    reject: false,
  });
  return { pid: child.pid!, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

test("processes in a folder are found through a symbolic link, also when the folder was removed", async () => {
  using folder = new TemporaryFolder();
  const directory = join(folder.path, "one");
  const link = join(folder.path, "link");
  mkdirSync(join(directory, "below"), { recursive: true });
  mkdirSync(join(folder.path, "one-more"));
  symlinkSync("one", link);
  using inside = startSleeperIn(join(directory, "below"));
  using _beside = startSleeperIn(join(folder.path, "one-more"));
  for (const path of [directory, link])
    assert.deepEqual(
      readProcessesIn(path).map(({ pid }) => pid),
      [inside.pid],
    );
  rmSync(directory, { recursive: true });
  assert.deepEqual(
    readProcessesIn(directory).map(({ pid }) => pid),
    [inside.pid],
  );
});

test("what a process has open, its arguments and its environment are read", async () => {
  using folder = new TemporaryFolder();
  const file = join(realpathSync(folder.path), "log");
  using sleeper = startSleeperIn("/", { output: openSync(file, "w"), env: { HOME: folder.path } });
  assert.equal(readOpenFiles(sleeper.pid).get("1"), file);
  assert.equal(readOpenFiles(sleeper.pid).get("2"), "/dev/null");
  assert.equal(readWorkingDirectory(sleeper.pid), "/");
  assert.deepEqual(readCommandLine(sleeper.pid), ["sleep", "600"]);
  assert.ok(readEnvironment(sleeper.pid).includes(`HOME=${folder.path}`));
  assert.equal(isOwnUser(sleeper.pid), true);
});

test("a process that does not exist has nothing", async () => {
  assert.equal(readWorkingDirectory(unusedPid), undefined);
  assert.equal(readOpenFiles(unusedPid).size, 0);
  assert.deepEqual(readCommandLine(unusedPid), []);
  assert.deepEqual(readEnvironment(unusedPid), []);
  assert.equal(isOwnUser(unusedPid), false);
});

test("a path is inside of a folder by whole names, also when it was removed", async () => {
  for (const path of ["/a", "/a/b", "/a (deleted)", "/a/b (deleted)"]) assert.ok(isInside(path, "/a"), path);
  for (const path of ["/ab", "/", undefined]) assert.ok(!isInside(path, "/a"), String(path));
  assert.equal(resolveFolder("/nowhere/at/all"), "/nowhere/at/all");
});
