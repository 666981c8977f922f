import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import {
  isAlive,
  isStopped,
  ownIdentity,
  parseStat,
  readProcess,
  readProcesses,
  readStartDate,
} from "../../machine/process.ts";
import { waitUntil } from "../../machine/wait.ts";
import { startSleeper } from "./sleeper.ts";

const processModule = join(import.meta.dirname, "..", "..", "machine", "process.ts");

test("a process is identified by its pid and start time, so that a later one with its pid is another", async () => {
  const own = ownIdentity();
  assert.equal(own.pid, process.pid);
  assert.ok(own.startTime > 0);
  assert.ok(isAlive(own));
  assert.ok(!isAlive({ ...own, startTime: own.startTime - 1 }));
});

test("a process that has ended is not alive, also while its parent has not noticed", async () => {
  const sleeper = startSleeper();
  const { identity } = sleeper;
  assert.ok(isAlive(identity));
  sleeper.child.kill("SIGKILL");
  // Without yielding to the event loop, where Node reaps its children.
  while (readProcess(identity.pid) !== undefined);
  assert.ok(!isAlive(identity));
  await once(sleeper.child, "exit");
  assert.ok(!isAlive(identity));
});

test("the fields of a process are found behind a name with blanks and parentheses", async () => {
  const numbers = Array.from({ length: 30 }, (_, index) => index + 100).join(" ");
  const status = parseStat(7, `7 (a) S 1 (b) ) S 1 2 3 0 ${numbers}`);
  assert.deepEqual(status, {
    pid: 7,
    command: "a) S 1 (b) ",
    state: "S",
    parent: 1,
    session: 3,
    terminal: false,
    startTime: 114,
  });
  assert.equal(parseStat(7, `7 (a) Z 1 2 3 0 ${numbers}`), undefined);
});

test("the processes of this machine include this one and its child", async () => {
  using sleeper = startSleeper();
  const processes = readProcesses();
  assert.ok(processes.some(({ pid }) => pid === process.pid));
  const child = processes.find(({ pid }) => pid === sleeper.identity.pid);
  assert.equal(child?.parent, process.pid);
  assert.equal(child?.command, "sleep");
});

test("a stopped process is alive and stopped", async () => {
  using sleeper = startSleeper();
  const { identity } = sleeper;
  assert.ok(!isStopped(identity.pid));
  sleeper.child.kill("SIGSTOP");
  await waitUntil("the process is stopped", () => isStopped(identity.pid), { withinMs: 60_000, everyMs: 5 });
  assert.ok(isAlive(identity));
});

test("the start of a process is a time of day", async () => {
  const { stdout } = await execa("date", ["+%s"]);
  const sinceMs = Number(stdout) * 1000 - readStartDate(ownIdentity()).getTime();
  // The kernel rounds the time of boot to seconds.
  assert.ok(Math.abs(sinceMs - process.uptime() * 1000) < 5_000, `${sinceMs} ms`);
});

test("a process is not taken for ended when this one has no descriptor left to look", async () => {
  const program = `
    import { openSync } from "node:fs";
    const { isAlive, ownIdentity } = await import(${JSON.stringify(processModule)});
    const own = ownIdentity();
    try { for (;;) openSync("/dev/null", "r"); } catch {}
    try { console.log(isAlive(own)); } catch (error) { console.log(error.code); }`;
  const { stdout } = await execa("/bin/sh", [
    "-c",
    'ulimit -n 200; exec "$0" --input-type=module --eval "$1"',
    process.execPath,
    program,
  ]);
  assert.equal(stdout, "EMFILE");
});
