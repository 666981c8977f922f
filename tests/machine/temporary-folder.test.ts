import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { beforeEach, t, test } from "tap";
import { readProcess } from "../../machine/process.ts";
import { createTemporaryFolder, removeAbandoned } from "../../machine/temporary-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "dmm-env-"));
const hours = 3_600_000;
const unusedPid = 4_194_303;

beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});
t.teardown(() => rmSync(folder, { recursive: true }));

function leave(name: string): string {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "ibdata1"), "");
  return name;
}

const removedIn = (passedMs: number) => removeAbandoned(folder, Date.now() + passedMs);

test("a temporary folder whose process was killed is removed once it is old", async () => {
  const left = [leave(`10.11-abc.${unusedPid}-77.new`), leave(`10.11-abc.${unusedPid}.draft`)];
  assert.deepEqual(removedIn(0), []);
  assert.deepEqual([...removedIn(2 * hours)].sort(), left.sort());
  assert.deepEqual(readdirSync(folder), []);
});

test("a temporary folder that a living process fills stays, however old; that of an earlier process with its pid does not", async () => {
  const mine = createTemporaryFolder(join(folder, "10.11-abc"));
  const startTime = readProcess(process.pid)!.startTime;
  assert.equal(basename(mine), `10.11-abc.${process.pid}-${startTime}.new`);
  const earlier = leave(`10.11-abc.${process.pid}-${startTime - 1}.new`);
  assert.deepEqual(removedIn(48 * hours), [earlier]);
  assert.ok(existsSync(mine));
});

test("a temporary folder that the child of a killed process still fills stays until the child has ended", async () => {
  const left = leave(`10.11-abc.${unusedPid}-77.new`);
  const words = ["-c", "read _", "sh", `--datadir=${join(folder, left)}`];
  const child = execa("/bin/sh", words, { stdin: "pipe", reject: false });
  await once(child.nodeChildProcess, "spawn");
  assert.deepEqual(removedIn(2 * hours), []);
  child.kill("SIGKILL");
  await child;
  assert.deepEqual(removedIn(2 * hours), [left]);
});

test("an abandoned temporary folder with a broken link is removed", async () => {
  const left = leave(`10.11-abc.${unusedPid}-77.new`);
  symlinkSync("nowhere", join(folder, left, "broken"));
  assert.deepEqual(removedIn(0), []);
  assert.deepEqual(removedIn(2 * hours), [left]);
  assert.deepEqual(readdirSync(folder), []);
});

test("a temporary file stays while its process lives or it is new, and is removed afterwards", async () => {
  const [mine, left] = [`state.json.${process.pid}-1.new`, `state.json.${unusedPid}-1.new`];
  for (const name of [mine, left, "state.json"]) writeFileSync(join(folder, name), "{}");
  assert.deepEqual(removedIn(0), []);
  assert.deepEqual(removedIn(2 * hours), [left]);
  assert.deepEqual(readdirSync(folder).sort(), ["state.json", mine].sort());
});

test("complete folders and what others keep there stay", async () => {
  const kept = [leave("10.11-abc"), leave("10.11-abc.new"), leave("notes")];
  assert.deepEqual(removedIn(48 * hours), []);
  assert.deepEqual(readdirSync(folder).sort(), kept.sort());
  assert.deepEqual(removeAbandoned(join(folder, "nowhere")), []);
});
