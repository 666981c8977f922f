import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { test } from "tap";
import { type Lock, readHolder, takeLock, waitForLock } from "../../machine/lock.ts";
import { ownIdentity } from "../../machine/process.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

const lockModule = join(import.meta.dirname, "..", "..", "machine", "lock.ts");

/** First eight digits of the SHA-256 of "nonsense". */
const heirSuffix = "999aaa86";

/** Another process that acquires the lock, reports whether it has it, and keeps it. */
function startHolder(file: string): ResultPromise["nodeChildProcess"] {
  const program = `
    const { takeLock } = await import(${JSON.stringify(lockModule)});
    const { lock } = takeLock(${JSON.stringify(file)}, "dmm-env up feature-x");
    console.log(lock === undefined ? "refused" : "taken");
    setInterval(() => {}, 1000);`;
  return execa(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
    buffer: false,
    reject: false,
  }).nodeChildProcess;
}

/** What a process that acquires the lock prints; empty if it does not return in time. */
async function outcomeWithin(file: string, limitMs: number): Promise<string> {
  const taker = startHolder(file);
  const limit = setTimeout(() => taker.kill("SIGKILL"), limitMs);
  try {
    const [printed] = await Promise.race([once(taker.stdout!, "data"), once(taker, "exit").then(() => [""])]);
    return String(printed).trim();
  } finally {
    clearTimeout(limit);
    await end(taker);
  }
}

async function end(holder: ResultPromise["nodeChildProcess"]): Promise<void> {
  holder.kill("SIGKILL");
  if (holder.exitCode === null && holder.signalCode === null) await once(holder, "exit");
}

function take(file: string, command = "again"): Lock {
  const { lock, holder } = takeLock(file, command);
  assert.ok(lock, `process ${holder?.pid} has it`);
  return lock;
}

test("a lock that a living process has is refused with its pid, command and time", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  const process = startHolder(file);
  try {
    await once(process.stdout!, "data");
    const { lock, holder } = takeLock(file, "dmm-env down feature-x");
    assert.equal(lock, undefined);
    assert.equal(holder?.pid, process.pid);
    assert.equal(holder?.command, "dmm-env up feature-x");
    assert.ok(Date.parse(holder?.since ?? "") <= Date.now());
    assert.deepEqual(readHolder(file), holder);
  } finally {
    await end(process);
  }
});

test("a lock whose process was killed is taken over", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  const holder = startHolder(file);
  await once(holder.stdout!, "data");
  await end(holder);
  assert.equal(readHolder(file), undefined);
  using _ = take(file);
  assert.equal(JSON.parse(readlinkSync(file)).pid, process.pid);
  assert.deepEqual(readdirSync(folder.path), ["run.lock"]);
});

test("of several processes that find a lock abandoned, one takes it over", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  symlinkSync(JSON.stringify({ pid: process.pid, startTime: 1 }), file);
  const holders = Array.from({ length: 4 }, () => startHolder(file));
  try {
    const printed = await Promise.all(holders.map(async ({ stdout }) => String(await once(stdout!, "data"))));
    assert.deepEqual(printed.map((line) => line.trim()).sort(), ["refused", "refused", "refused", "taken"]);
    assert.deepEqual(readdirSync(folder.path), ["run.lock"]);
  } finally {
    await Promise.all(holders.map(end));
  }
});

test("a lock whose pid now belongs to another process is taken over", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  writeFileSync(file, JSON.stringify({ pid: process.ppid, startTime: 1, command: "x", since: "y" }));
  take(file).release();
  assert.deepEqual(readdirSync(folder.path), []);
});

test("a lock that was cut short is taken over, and so is that of an heir that was killed", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  writeFileSync(file, '{"pid": 1');
  take(file).release();
  assert.deepEqual(readdirSync(folder.path), []);
  // The name is derived from the abandoned content.
  symlinkSync("nonsense", file);
  symlinkSync(JSON.stringify({ pid: process.pid, startTime: 1 }), `${file}.${heirSuffix}`);
  take(file).release();
  assert.deepEqual(readdirSync(folder.path), []);
});

test("a lock that a living process takes over is refused, and taken over when that process was killed", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  symlinkSync("nonsense", file);
  const heir = startHolder(`${file}.${heirSuffix}`);
  try {
    await once(heir.stdout!, "data");
    assert.equal(await outcomeWithin(file, 20_000), "refused");
    assert.equal(takeLock(file, "again").holder?.pid, heir.pid);
  } finally {
    await end(heir);
  }
  take(file).release();
  assert.deepEqual(readdirSync(folder.path), []);
});

test("a lock that names only its process, as on a full disk, is respected", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  const { pid, startTime } = ownIdentity();
  symlinkSync(JSON.stringify({ pid, startTime }), file);
  assert.deepEqual(takeLock(file, "again").holder, {
    pid,
    startTime,
    command: "another command",
    since: "an unknown time",
  });
  // The largest pid of Linux, and 300 years of clock ticks: ext4 keeps 59 bytes without a block.
  assert.ok(JSON.stringify({ pid: 4_194_304, startTime: 946_080_000_000 }).length <= 59);
});

test("a command line of any length fits into a lock", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  using _ = take(file, `dmm-env up ${'ü"'.repeat(5_000)}`);
  assert.equal(readHolder(file)?.pid, process.pid);
});

test("releasing a lock twice does not affect its next holder", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  const first = take(file, "first");
  first.release();
  using _ = take(file, "second");
  first.release();
  assert.equal(JSON.parse(readlinkSync(file)).command, "second");
});

test("a lock in a folder that cannot be created is refused by the name of the file", async () => {
  using folder = new TemporaryFolder();
  writeFileSync(join(folder.path, "file"), "");
  assert.throws(() => takeLock(join(folder.path, "file", "run.lock"), "x"), {
    code: "DMM_MACHINE_FILE_UNUSABLE",
    message: new RegExp(folder.path),
  });
});

test("waiting for a lock reports each holder once and takes the lock when it ends", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  const process = startHolder(file);
  try {
    await once(process.stdout!, "data");
    const reported: number[] = [];
    const wait = waitForLock(file, "again", {
      withinMs: 60_000,
      everyMs: 5,
      onWait: ({ pid }) => {
        reported.push(pid);
        setTimeout(() => process.kill("SIGKILL"), 30);
      },
    });
    const { lock } = await wait;
    assert.ok(lock);
    lock.release();
    assert.deepEqual(reported, [process.pid]);
  } finally {
    await end(process);
  }
});

test("waiting for a lock ends with its holder when the time is up", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "run.lock");
  using _ = take(file, "first");
  const { holder } = await waitForLock(file, "second", { withinMs: 20, everyMs: 5 });
  assert.equal(holder?.pid, process.pid);
  assert.equal(holder?.command, "first");
});

test("waiting with a signal that has been given takes no lock", async () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "lock");
  await assert.rejects(
    waitForLock(file, "stop", { withinMs: 1_000, everyMs: 5, signal: AbortSignal.abort(new Error("stop")) }),
    /stop/,
  );
  assert.equal(readHolder(file), undefined);
});
