import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { findLeftovers } from "./left-over.ts";
import { commandLineEnvironment, commandLineFile, startCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";
const terminal = join(import.meta.dirname, "closed-terminal.py");

/** Runs a command whose reader ends immediately, as with `| head -0`. */
async function runUnread(home: string, ...args: readonly string[]): Promise<number | string | undefined> {
  const running = execa(process.execPath, [commandLineFile, ...args], {
    env: commandLineEnvironment(home),
    stdin: "ignore",
    buffer: false,
    reject: false,
  });
  running.stdout.destroy();
  running.stderr.destroy();
  const { exitCode, signal } = await running;
  return exitCode ?? signal;
}

/** Runs a command whose output goes to a full device. */
async function runFull(home: string, ...args: readonly string[]): Promise<number | string | undefined> {
  const script = 'exec "$0" "$@" > /dev/full 2>&1';
  const { exitCode, signal } = await execa("sh", ["-c", script, process.execPath, commandLineFile, ...args], {
    env: commandLineEnvironment(home),
    stdio: "ignore",
    reject: false,
  });
  return exitCode ?? signal;
}

/** Runs a command in a terminal that closes once `text` has been printed; returns the exit code. */
async function runInClosedTerminal(
  home: string,
  { text, hangup }: { readonly text: string; readonly hangup: "ignore" | "stop" },
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly shown: string }> {
  const { stdout, stderr } = await execa(
    "python3",
    [terminal, text, process.execPath, commandLineFile, ...args],
    {
      env: { ...commandLineEnvironment(home), TERM: "xterm", CI: "", DMM_ENV_HANGUP: hangup },
      stdin: "ignore",
    },
  );
  return { code: Number(stdout), shown: stderr };
}

test("commands end normally when stdout has no reader or its disk is full", {
  timeout: 400_000,
}, async () => {
  using folder = new TemporaryHome();
  const { directory, home } = folder;
  assert.equal(await runUnread(directory, "up", name), 0);
  for (const run of [runUnread, runFull]) {
    assert.equal(await run(directory, "list", "--json"), 0);
    assert.equal(await run(directory, "status", name), 0);
    assert.equal(await run(directory, "logs", name), 0);
  }
  assert.equal(await runUnread(directory, "verify", name, "--suite", "access"), 0);
  const following = startCommandLine(directory, "logs", name, "region", "--follow");
  await once(following.process.stdout!, "data");
  following.process.stdout?.destroy();
  following.process.kill("SIGTERM");
  assert.ok([0, 130].includes((await following.ended).code ?? -1));
  assert.equal(await runFull(directory, "down", name, "--json"), 0);
  assert.deepEqual(findLeftovers(home), []);
});

test("a failure keeps its exit code when stderr has no reader", { timeout: 60_000 }, async () => {
  using folder = new TemporaryHome();
  for (const run of [runUnread, runFull]) {
    assert.equal(await run(folder.directory, "up", "Not A Name", "--json"), 2);
    assert.equal(await run(folder.directory, "no-such-command"), 2);
    assert.equal(await run(folder.directory, "--help"), 0);
  }
});

const moments = [
  { when: "has begun", text: " " },
  // The region's network is printed once it has started.
  { when: "makes resources", text: "127." },
];

for (const { when, text } of moments) {
  test(`a terminal that closes when up ${when} interrupts it, and everything is torn down`, {
    timeout: 200_000,
  }, async () => {
    using folder = new TemporaryHome();
    const closing = { text, hangup: "stop" } as const;
    const { code, shown } = await runInClosedTerminal(folder.directory, closing, "up", name);
    assert.equal(code, 130, shown);
    assert.deepEqual(findLeftovers(folder.home), []);
  });
}

test("under nohup up and down finish without a terminal", { timeout: 200_000 }, async () => {
  using folder = new TemporaryHome();
  const closing = { text: " ", hangup: "ignore" } as const;
  for (const command of ["up", "down"]) {
    const { code, shown } = await runInClosedTerminal(folder.directory, closing, command, name);
    assert.equal(code, 0, shown);
  }
  assert.deepEqual(findLeftovers(folder.home), []);
});
