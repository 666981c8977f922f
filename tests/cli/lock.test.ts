import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { test } from "tap";
import { acquireLock, readHolder } from "../../cli/environment/lock.ts";
import { ownIdentity } from "../../cli/environment/process-identity.ts";
import { TemporaryHome } from "./temporary-home.ts";

const lockModule = join(import.meta.dirname, "..", "..", "cli", "environment", "lock.ts");

/** Another process that acquires the lock, reports it, and keeps it. */
function startHolder(file: string): ResultPromise["nodeChildProcess"] {
  const program = `
    const { acquireLock } = await import(${JSON.stringify(lockModule)});
    acquireLock(${JSON.stringify(file)}, "feature-x", "dmm-env up feature-x");
    console.log("held");
    setInterval(() => {}, 1000);`;
  return execa(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
    buffer: false,
    reject: false,
  }).nodeChildProcess;
}

test("a lock that a living process holds is refused with its pid and since when", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "run.lock");
  const holder = startHolder(file);
  try {
    await once(holder.stdout!, "data");
    assert.equal(readHolder(file)?.pid, holder.pid);
    assert.throws(
      () => acquireLock(file, "feature-x", "dmm-env down feature-x"),
      (error: Error & { code: string; exitCode: number }) => {
        assert.equal(error.code, "DMM_ENVIRONMENT_BUSY");
        assert.equal(error.exitCode, 3);
        assert.match(
          error.message,
          new RegExp(`"dmm-env up feature-x" has been running as process ${holder.pid} since 20`),
        );
        return true;
      },
    );
  } finally {
    holder.kill("SIGKILL");
    await once(holder, "exit");
  }
});

test("a lock whose process was killed is taken over", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "run.lock");
  const holder = startHolder(file);
  await once(holder.stdout!, "data");
  holder.kill("SIGKILL");
  await once(holder, "exit");
  assert.equal(readHolder(file), undefined);
  using _ = acquireLock(file, "feature-x", "dmm-env down feature-x");
  assert.equal(JSON.parse(readlinkSync(file)).pid, process.pid);
  assert.deepEqual(readdirSync(folder.directory), ["run.lock"]);
});

test("a lock that names a pid which another process has by now is taken over", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "run.lock");
  writeFileSync(file, JSON.stringify({ pid: process.ppid, startTime: 1, command: "x", since: "y" }));
  acquireLock(file, "feature-x", "again").release();
  assert.deepEqual(readdirSync(folder.directory), []);
});

test("a lock that was cut short is taken over", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "run.lock");
  writeFileSync(file, '{"pid": 1');
  acquireLock(file, "feature-x", "again").release();
  assert.deepEqual(readdirSync(folder.directory), []);
});

test("a lock that was taken on a full disk, where it names its process alone, is respected", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "run.lock");
  const { pid, startTime } = ownIdentity();
  symlinkSync(JSON.stringify({ pid, startTime }), file);
  assert.equal(readHolder(file)?.pid, pid);
  assert.throws(() => acquireLock(file, "feature-x", "dmm-env up feature-x"), {
    code: "DMM_ENVIRONMENT_BUSY",
    message: new RegExp(`"another command" has been running as process ${pid}`),
  });
  // The largest pid of Linux, and 300 years of clock ticks: ext4 keeps 59 bytes without a block.
  assert.ok(JSON.stringify({ pid: 4_194_304, startTime: 946_080_000_000 }).length <= 59);
});

test("a command line of any length fits into a lock", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "run.lock");
  using _ = acquireLock(file, "feature-x", `dmm-env up ${'ü"'.repeat(5_000)}`);
  assert.equal(readHolder(file)?.pid, process.pid);
});

test("a released lock is not taken away from its next holder", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "run.lock");
  const first = acquireLock(file, "feature-x", "first");
  first.release();
  using _ = acquireLock(file, "feature-x", "second");
  first.release();
  assert.equal(JSON.parse(readlinkSync(file)).command, "second");
});
