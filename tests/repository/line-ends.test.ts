import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { test } from "tap";
import { root } from "./source-files.ts";

test("a clone with core.autocrlf has a launcher that starts, and no file with CRLF", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "dmm-clone-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const clone = join(folder, "clone");
  const git = (...words: readonly string[]) =>
    execaSync("git", ["-c", "core.autocrlf=true", ...words]).stdout;
  git("clone", "--quiet", "--no-hardlinks", root, clone);
  // Of this working tree, which may not have been committed yet.
  execaSync("cp", [join(root, ".gitattributes"), clone]);
  git("-C", clone, "rm", "--quiet", "--cached", "-r", ".");
  git("-C", clone, "reset", "--quiet", "--hard");
  const files = git("-C", clone, "ls-files", "--eol").trimEnd().split("\n");
  assert.deepEqual(
    files.filter((line) => /w\/(crlf|mixed)/.test(line)),
    [],
  );
  const launcher = join(clone, "dmm-env");
  assert.ok(statSync(launcher).mode & 0o100);
  assert.ok(!readFileSync(launcher, "utf8").includes("\r"));
  execaSync("/bin/sh", ["-n", launcher]);
});
