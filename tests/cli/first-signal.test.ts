import assert from "node:assert/strict";
import { test } from "tap";
import { environmentFolder } from "../../cli/home.ts";
import { readLedger } from "../../cli/region/ledger.ts";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine, type StartedCommand, startCommandLine, untilItListens } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";
const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Sends a signal to a command and asserts how and when it ends; returns its standard output. */
async function interrupt(command: StartedCommand, signal: NodeJS.Signals, withinMs: number): Promise<string> {
  const began = performance.now();
  command.process.kill(signal);
  const { code, stdout, stderr } = await command.ended;
  const tookMs = performance.now() - began;
  assert.equal(code, 130, `${signal}: ${stdout}\n${stderr}`);
  assert.ok(tookMs < withinMs, `${signal}: it took ${tookMs} ms`);
  return stdout;
}

test("the first signal ends every command on an environment whose load balancers do not respond", {
  timeout: 400_000,
}, async (t) => {
  using folder = new TemporaryHome();
  const { directory, home } = folder;
  const up = await runCommandLine(directory, "up", name);
  assert.equal(up.code, 0, up.stderr);
  assert.equal((await runCommandLine(directory, "access", "grant", name, "eve", "--for", "1h")).code, 0);
  const balancers = readLedger(environmentFolder(home, name).region)
    .filter((entry) => entry.name.startsWith("haproxy/"))
    .map((entry) => entry.process!.pid);
  assert.ok(balancers.length > 0);
  for (const pid of balancers) process.kill(pid, "SIGSTOP");

  for (const signal of signals) {
    for (const args of [
      ["status", name],
      ["access", "revoke", name, "eve"],
      ["logs", name, "region", "--follow"],
    ]) {
      await t.test(`${args.join(" ")}: ${signal}`, async () => {
        const command = startCommandLine(directory, ...args);
        await untilItListens(command);
        await interrupt(command, signal, 5_000);
      });
    }
    await t.test(`verify: ${signal}`, async () => {
      const command = startCommandLine(directory, "verify", name, "--json");
      await command.says("run checks …");
      const { exitCode } = JSON.parse(await interrupt(command, signal, 40_000));
      assert.equal(exitCode, 130);
    });
    await t.test(`up of a running environment: ${signal}`, async () => {
      const command = startCommandLine(directory, "up", name, "--json");
      await command.says("serve an authorised request …");
      const { error } = JSON.parse(await interrupt(command, signal, 40_000));
      assert.match(error.message, /the update was stopped; the environment is still up/);
    });
  }

  for (const pid of balancers) process.kill(pid, "SIGCONT");
  const status = await runCommandLine(directory, "status", name);
  assert.equal(status.code, 0, status.stdout);
  const down = startCommandLine(directory, "down", name, "--json");
  await down.says("delete resources …");
  assert.equal(JSON.parse(await interrupt(down, "SIGTERM", 60_000)).verdict, "nothing is left");
  assert.deepEqual(findLeftovers(home), []);
});
