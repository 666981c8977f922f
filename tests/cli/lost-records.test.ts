import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { readEdgeListeners } from "../../cli/environment/network.ts";
import { readRecord } from "../../cli/environment/record.ts";
import { environmentFolder, type Home } from "../../cli/home.ts";
import { readRegionAddress } from "../../cli/region/address.ts";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";
const slow = { timeout: 280_000 };

async function runJson(home: Home, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runCommandLine(home.directory, ...args, "--json");
  assert.ok(stdout, stderr);
  return { code, stderr, ...JSON.parse(stdout) };
}

function findEvidence(down: { statements: { statement: string; outcome: string; evidence: string }[] }) {
  return Object.fromEntries(down.statements.map((one) => [one.statement, `${one.outcome}: ${one.evidence}`]));
}

test("gate refuses the name of an environment whose record is lost, and leaves it alone", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  assert.equal((await runJson(home, "up", name)).code, 0);
  const { record, region } = environmentFolder(home, name);
  const text = readFileSync(record, "utf8");
  rmSync(record);
  const gate = await runJson(home, "gate", name);
  assert.equal(gate.code, 2, JSON.stringify(gate));
  assert.equal(gate.error.code, "DMM_NAME_IN_USE");
  assert.ok(readRegionAddress(region) !== undefined);

  // The same number in record and reservation, and another one where the processes listen.
  const { network } = JSON.parse(text);
  writeFileSync(record, JSON.stringify({ ...JSON.parse(text), network: network + 1 }));
  assert.throws(() => readRecord(home, name), /is reserved for it/);
  const reservation = readFileSync(join(home.networks, String(network)), "utf8");
  writeFileSync(join(home.networks, String(network + 1)), reservation);
  rmSync(join(home.networks, String(network)));
  const down = await runJson(home, "down", name);
  assert.equal(down.code, 0, JSON.stringify(down));
  assert.match(down.workarounds.join(" "), /contradict each other/);
  assert.ok(down.access.revoked.includes("operator"), JSON.stringify(down.access));
  const evidence = findEvidence(down)["Nothing listens in the environment's network."] ?? "";
  assert.ok(evidence.includes(`.${network}.0.0/16`), evidence);
  assert.deepEqual(findLeftovers(home), []);
});

test(
  "an environment whose folder was removed is listed, and its ingress is closed before the rest",
  slow,
  async () => {
    using folder = new TemporaryHome();
    const { home } = folder;
    assert.equal((await runJson(home, "up", name)).code, 0);
    const { network } = readRecord(home, name)!;
    rmSync(environmentFolder(home, name).directory, { recursive: true });
    assert.ok(readEdgeListeners(network).length > 0);
    const status = await runJson(home, "status", name);
    assert.equal(status.error.code, "DMM_RECORD_UNREADABLE", JSON.stringify(status));
    const { environments } = await runJson(home, "list");
    assert.deepEqual(
      environments.map((row: { name: string; stage: string }) => [row.name, row.stage]),
      [[name, "damaged"]],
    );
    const down = await runJson(home, "down", name);
    assert.equal(down.code, 0, JSON.stringify(down));
    assert.equal(down.access.closed, true);
    assert.doesNotMatch(findEvidence(down)["The ingress admits nobody."] ?? "", /open/);
    assert.deepEqual(readEdgeListeners(network), []);
    assert.deepEqual(findLeftovers(home), []);
  },
);

test("down ends the processes of a dead region without a ledger, by their open files", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  assert.equal((await runJson(home, "up", name)).code, 0);
  const { network } = readRecord(home, name)!;
  const { region } = environmentFolder(home, name);
  process.kill(readRegionAddress(region)!.pid, "SIGKILL");
  for (const file of readdirSync(region).filter((file) => file.startsWith("ledger")))
    rmSync(join(region, file));
  const down = await runJson(home, "down", name);
  assert.equal(down.code, 0, JSON.stringify(down));
  assert.equal(down.access.closed, true, JSON.stringify(down.access));
  assert.deepEqual(readEdgeListeners(network), []);
  assert.deepEqual(findLeftovers(home), []);
});
