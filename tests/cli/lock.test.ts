import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { test } from "tap";
import { acquireLock, waitForEnvironmentLock } from "../../cli/environment/lock.ts";
import { readHolder } from "../../machine/lock.ts";
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

test("a lock of a running process is refused with its pid and its start", async () => {
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

test("waiting for a lock of an environment ends by naming its holder", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "access.lock");
  using _ = acquireLock(file, "feature-x", "first");
  await assert.rejects(waitForEnvironmentLock(file, "feature-x", { command: "second", withinMs: 20 }), {
    code: "DMM_ENVIRONMENT_BUSY",
    message: new RegExp(`"first" has been running as process ${process.pid}`),
  });
});
