import assert from "node:assert/strict";
import { setTimeout as elapse } from "node:timers/promises";
import { test } from "tap";
import { environmentFolder, type Home } from "../../cli/home.ts";
import { type RegionAddress, readRegionAddress } from "../../cli/region/address.ts";
import { readLedger } from "../../cli/region/ledger.ts";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine, type StartedCommand, startCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";
const slow = { timeout: 300_000 };

/** Waits until the engine has created some of the resources with processes, which is the middle of its run. */
async function untilHalfMade(home: Home, up: StartedCommand): Promise<RegionAddress> {
  await up.says("create resources …");
  const { region } = environmentFolder(home, name);
  while (readLedger(region).length < 6) {
    assert.equal(up.process.exitCode, null, "it ended before its resources were half made");
    await elapse(20);
  }
  return readRegionAddress(region)!;
}

async function startDown(home: Home): Promise<readonly [StartedCommand, RegionAddress]> {
  const up = await runCommandLine(home.directory, "up", name);
  assert.equal(up.code, 0, up.stderr);
  const down = startCommandLine(home.directory, "down", name, "--json");
  await down.says("delete resources …");
  return [down, readRegionAddress(environmentFolder(home, name).region)!];
}

/** Awaits the end of a command; returns its exit code and its JSON object. */
async function endWithin(ms: number, command: StartedCommand) {
  const began = performance.now();
  const { code, stdout, stderr } = await command.ended;
  const tookMs = performance.now() - began;
  assert.ok(tookMs < ms, `it took ${tookMs} ms:\n${stderr}`);
  return { code, stderr, ...JSON.parse(stdout) };
}

async function assertDownFinishes(home: Home): Promise<void> {
  const down = await endWithin(60_000, startCommandLine(home.directory, "down", name, "--json"));
  assert.equal(down.code, 0, JSON.stringify(down));
  assert.equal(down.verdict, "nothing is left");
  assert.deepEqual(findLeftovers(home), []);
}

const losses = [
  { signal: "SIGKILL", is: "dies", code: "DMM_REGION_DIED" },
  { signal: "SIGSTOP", is: "is stopped", code: "DMM_REGION_UNRESPONSIVE" },
] as const;

for (const { signal, is, code } of losses) {
  test(
    `a region that ${is} in the middle of up ends it with ${code}, and the next down finishes`,
    slow,
    async () => {
      using folder = new TemporaryHome();
      const up = startCommandLine(folder.directory, "up", name, "--json");
      process.kill((await untilHalfMade(folder.home, up)).pid, signal);
      const ended = await endWithin(60_000, up);
      assert.equal(ended.error?.code, code, JSON.stringify(ended));
      assert.notEqual(ended.code, 0);
      await assertDownFinishes(folder.home);
    },
  );

  test(`a region that ${is} in the middle of down does not keep it from its end`, slow, async () => {
    using folder = new TemporaryHome();
    const [down, region] = await startDown(folder.home);
    process.kill(region.pid, signal);
    const ended = await endWithin(60_000, down);
    assert.equal(ended.code, 0, JSON.stringify(ended));
    assert.equal(ended.verdict, "nothing is left");
    assert.deepEqual(findLeftovers(folder.home), []);
  });
}

for (const command of ["up", "gate"]) {
  test(
    `a signal to ${command} while its region is stopped ends it with 130, and everything is torn down`,
    slow,
    async () => {
      using folder = new TemporaryHome();
      const started = startCommandLine(folder.directory, command, name, "--json");
      process.kill((await untilHalfMade(folder.home, started)).pid, "SIGSTOP");
      started.process.kill("SIGTERM");
      const ended = await endWithin(90_000, started);
      assert.equal(ended.code, 130, JSON.stringify(ended));
      assert.equal(ended.error.code, "DMM_INTERRUPTED");
      assert.deepEqual(findLeftovers(folder.home), []);
    },
  );
}

test("a signal to down and to verify while the region is stopped ends them with 130", slow, async () => {
  using folder = new TemporaryHome();
  const { directory, home } = folder;
  assert.equal((await runCommandLine(directory, "up", name)).code, 0);
  const region = readRegionAddress(environmentFolder(home, name).region)!;
  const verify = startCommandLine(directory, "verify", name, "--json");
  await verify.says("run checks …");
  await elapse(1_000);
  process.kill(region.pid, "SIGSTOP");
  verify.process.kill("SIGHUP");
  assert.equal((await endWithin(60_000, verify)).code, 130);
  process.kill(region.pid, "SIGCONT");

  const down = startCommandLine(directory, "down", name, "--json");
  await down.says("delete resources …");
  process.kill(region.pid, "SIGSTOP");
  down.process.kill("SIGINT");
  const ended = await endWithin(60_000, down);
  assert.equal(ended.code, 130, JSON.stringify(ended));
  assert.equal(ended.verdict, "nothing is left");
  assert.deepEqual(findLeftovers(home), []);
});
