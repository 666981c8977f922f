import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { execa } from "execa";
import { test } from "tap";
import { endAbandonedEngine, removeDeadLocks } from "../../cli/engine/locks.ts";
import { bringUp, destroy, ensureStack } from "../../cli/engine/stack.ts";
import { readStackState, removeCutDescriptions, removeStackFiles } from "../../cli/engine/state.ts";
import { readProcessesIn } from "../../machine/process-files.ts";
import { findToolchain } from "../../tools/toolchain.ts";
import { makeSetting } from "./started-stack.ts";
import { TemporaryHome } from "./temporary-home.ts";

const silent = { progress: () => undefined };

class Part extends pulumi.ComponentResource {
  constructor(name: string) {
    super("trial:index:Part", name);
  }
}

async function program(): Promise<unknown> {
  for (const name of ["one", "two", "three"]) new Part(name);
  return { address: { host: "127.0.0.1", port: 1 }, secret: pulumi.secret("hush") };
}

test("the engine creates what the program declares, reports it, and destroys it without the program", async () => {
  using folder = new TemporaryHome();
  const setting = await makeSetting(folder.home);
  await ensureStack(setting);
  await ensureStack(setting);
  const details: string[] = [];
  const made = await bringUp(setting, program, { progress: (detail) => details.push(detail) });
  assert.equal(made.done, 3);
  assert.deepEqual(made.changes, { create: 4 });
  assert.deepEqual(made.outputs?.address, { host: "127.0.0.1", port: 1 });
  assert.equal(details.at(-1), "3 of 3 resources");
  assert.deepEqual((await bringUp(setting, program, silent)).changes, { same: 4 });

  const gone = await destroy(setting, silent);
  assert.equal(gone.done, 3);
  removeStackFiles(folder.home, "dmm-env", "trial");
  assert.equal(readStackState(folder.home, "dmm-env", "trial").kind, "absent");
  const left = readdirSync(join(folder.home.state, ".pulumi"), { recursive: true, encoding: "utf8" });
  assert.deepEqual(
    left.filter((file) => file.includes("trial")),
    [],
  );
});

test("no secret is in clear text in the state or in the engine's log", async () => {
  using folder = new TemporaryHome();
  const setting = await makeSetting(folder.home);
  await ensureStack(setting);
  await bringUp(setting, program, silent);
  const state = join(folder.home.state, ".pulumi", "stacks", "dmm-env", "trial.json");
  for (const file of [state, join(setting.folder.logs, "engine.log")]) {
    assert.doesNotMatch(readFileSync(file, "utf8"), /hush/, file);
  }
  assert.equal(statSync(folder.home.passphrase).mode & 0o777, 0o600);
});

test("an exception in a program is an error with its message and without its stack", async () => {
  using folder = new TemporaryHome();
  const { code, exitCode, message } = await failWith(folder, "throws");
  assert.equal(code, "DMM_PROGRAM_FAILED");
  assert.equal(exitCode, 4);
  assert.match(message, /: the zone is missing$/);
});

test("a lock of a dead process is removed, one of a running process or another machine is not", async () => {
  using folder = new TemporaryHome();
  const setting = await makeSetting(folder.home);
  await ensureStack(setting);
  const lock = (pid: number, host: string) => {
    const directory = join(folder.home.state, ".pulumi", "locks", "organization", "dmm-env", "trial");
    mkdirSync(directory, { recursive: true });
    const text = JSON.stringify({ pid, username: "jane", hostname: host, timestamp: "2026-01-01T00:00:00Z" });
    writeFileSync(join(directory, "11111111-2222-3333-4444-555555555555.json"), text);
  };
  const ended = execa("true");
  const dead = ended.pid!;
  await ended;
  lock(dead, hostname());
  await assert.rejects(bringUp(setting, program, silent), { code: "DMM_ENGINE_LOCKED" });
  assert.equal(removeDeadLocks(folder.home, "dmm-env", "trial"), 1);
  await bringUp(setting, program, silent);

  lock(process.pid, hostname());
  assert.throws(() => removeDeadLocks(folder.home, "dmm-env", "trial"), { code: "DMM_ENGINE_LOCKED" });
  lock(dead, "another-machine");
  assert.throws(() => removeDeadLocks(folder.home, "dmm-env", "trial"), { code: "DMM_ENGINE_LOCKED" });
});

test("an orphaned engine is ended, a shell in its folder is not", async () => {
  using folder = new TemporaryHome();
  const setting = await makeSetting(folder.home);
  const abandoned = startIn(setting.folder.engine);
  const elsewhere = startIn(folder.directory);
  try {
    assert.equal(await endAbandonedEngine(setting.folder), true);
    assert.notEqual(abandoned.signalCode ?? abandoned.exitCode ?? (await once(abandoned, "exit")), null);
    assert.equal(elsewhere.exitCode, null);
    assert.equal(elsewhere.signalCode, null);
    assert.equal(await endAbandonedEngine(setting.folder), false);
  } finally {
    elsewhere.kill("SIGKILL");
  }
});

test("a truncated state is reported as such", async () => {
  using folder = new TemporaryHome();
  const setting = await makeSetting(folder.home);
  await ensureStack(setting);
  await bringUp(setting, program, silent);
  truncateSync(join(folder.home.state, ".pulumi", "stacks", "dmm-env", "trial.json"), 300);
  assert.equal(readStackState(folder.home, "dmm-env", "trial").kind, "damaged");
  await assert.rejects(destroy(setting, silent), { code: "DMM_STATE_UNREADABLE" });
});

test("a metadata file that a kill truncated does not keep the engine from its state", async () => {
  using folder = new TemporaryHome();
  const setting = await makeSetting(folder.home);
  await ensureStack(setting);
  await bringUp(setting, program, silent);
  for (const file of ["stacks/dmm-env/trial.json.attrs", "meta.yaml.attrs"]) {
    truncateSync(join(folder.home.state, ".pulumi", file), 0);
  }
  await assert.rejects(bringUp(setting, program, silent));
  removeCutDescriptions(folder.home, "dmm-env", "trial");
  assert.deepEqual((await bringUp(setting, program, silent)).changes, { same: 4 });
});

test("a passphrase other than the state's is reported as such", async () => {
  using folder = new TemporaryHome();
  const setting = await makeSetting(folder.home);
  await ensureStack(setting);
  await bringUp(setting, program, silent);
  writeFileSync(folder.home.passphrase, "something else\n");
  await assert.rejects(bringUp(setting, program, silent), { code: "DMM_PASSPHRASE_WRONG" });
  writeFileSync(folder.home.passphrase, "");
  await assert.rejects(bringUp(setting, program, silent), { code: "DMM_KEY_UNREADABLE" });
});

test("a stop request by the operator ends the engine, and leaves no lock", async () => {
  using folder = new TemporaryHome();
  assert.equal((await failWith(folder, "stopped")).message, "stopped by the operator");
  assert.equal(removeDeadLocks(folder.home, "dmm-env", "trial"), 0);
  assert.deepEqual(readProcessesIn(folder.directory), []);
});

interface Failure {
  readonly code?: string;
  readonly exitCode?: number;
  readonly message: string;
}

async function failWith(folder: TemporaryHome, program: string): Promise<Failure> {
  const script = join(import.meta.dirname, "failing-program.ts");
  const env = {
    DMM_ENV_HOME: folder.directory,
    DMM_ENV_TOOLCHAIN: findToolchain().directory,
  };
  const { stdout } = await execa(process.execPath, [script, program], { env, stdin: "ignore" });
  return JSON.parse(stdout);
}

/** A process without a terminal, like the engine. */
function startIn(directory: string): ChildProcess {
  return spawn("sleep", ["60"], { cwd: directory, detached: true, stdio: "ignore" });
}
