import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { runPulumi } from "../../cli/engine/pulumi.ts";
import { environmentFolder, type Home } from "../../cli/home.ts";
import type { ProcessStatus } from "../../machine/process.ts";
import { readProcessesIn } from "../../machine/process-files.ts";
import { waitUntilGone } from "../../machine/signals.ts";
import { waitUntil } from "../wait-until.ts";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine, type StartedCommand, startCommandLine } from "./started-command.ts";
import { makeSetting } from "./started-stack.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";
const slow = { timeout: 200_000 };

/** The engine of a command, once it runs. */
async function findEngine(home: Home, command: StartedCommand): Promise<ProcessStatus> {
  return await waitUntil("the engine runs", () => {
    assert.equal(command.process.exitCode, null, "it ended before its engine was seen");
    const running = readProcessesIn(environmentFolder(home, name).engine);
    return running.find((one) => one.command === "pulumi");
  });
}

/** The end of a command, which is killed if it does not end within this time. */
async function endWithin(ms: number, command: StartedCommand) {
  const timer = setTimeout(() => command.process.kill("SIGKILL"), ms);
  const { code, stdout, stderr } = await command.ended;
  clearTimeout(timer);
  assert.notEqual(code, null, `it did not end within ${ms} ms:\n${stderr.slice(-500)}`);
  return { code, ...JSON.parse(stdout) };
}

for (const signal of [undefined, "SIGTERM"] as const) {
  const title = signal === undefined ? "down" : `down that gets ${signal}`;
  test(`${title} finishes despite a stopped engine`, slow, async () => {
    using folder = new TemporaryHome();
    const { directory, home } = folder;
    assert.equal((await runCommandLine(directory, "up", name)).code, 0);
    const down = startCommandLine(directory, "down", name, "--json");
    await down.says("delete resources …");
    process.kill((await findEngine(home, down)).pid, "SIGSTOP");
    if (signal !== undefined) down.process.kill(signal);
    const ended = await endWithin(60_000, down);
    assert.equal(ended.code, signal === undefined ? 0 : 130, JSON.stringify(ended));
    assert.equal(ended.verdict, "nothing is left");
    assert.match(ended.workarounds.join(" "), /engine was killed: it was stopped by a signal/);
    assert.deepEqual(findLeftovers(home), []);
  });
}

test("up ends with DMM_ENGINE_UNRESPONSIVE when its engine is stopped, and down finishes", slow, async () => {
  using folder = new TemporaryHome();
  const { directory, home } = folder;
  const up = startCommandLine(directory, "up", name, "--json");
  await up.says("create resources …");
  process.kill((await findEngine(home, up)).pid, "SIGSTOP");
  const ended = await endWithin(60_000, up);
  assert.equal(ended.code, 4, JSON.stringify(ended));
  assert.equal(ended.error.code, "DMM_ENGINE_UNRESPONSIVE");
  assert.equal((await runCommandLine(directory, "down", name)).code, 0);
  assert.deepEqual(findLeftovers(home), []);
});

test("an engine that exceeds its limit is killed with all its child processes", slow, async () => {
  using folder = new TemporaryHome();
  const command = join(folder.directory, "hangs");
  writeFileSync(
    command,
    "#!/bin/sh\ntrap '' INT TERM\nsleep 300 &\nwhile true; do sleep 1; echo busy; done\n",
  );
  chmodSync(command, 0o755);
  const setting = { ...(await makeSetting(folder.home)), command };
  const { code, unresponsive } = await runPulumi(setting, ["up"], { limitMs: 1_500 });
  assert.equal(code, null);
  assert.match(unresponsive ?? "", /not finished after 1.5 seconds/);
  for (const process of readProcessesIn(setting.folder.engine))
    assert.deepEqual(await waitUntilGone([process], 5_000), [], `${process.pid} ${process.command} lives`);
});
