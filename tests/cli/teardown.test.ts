import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { readNetworkListeners } from "../../cli/environment/network.ts";
import { environmentFolder, type Home } from "../../cli/home.ts";
import { readRegionAddress } from "../../cli/region/address.ts";
import { findLeftovers } from "./left-over.ts";
import { commandLineEnvironment, runCommandLine, startCommandLineIn } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";
const slow = { timeout: 400_000 };

async function runJson(home: Home, ...args: readonly string[]) {
  const { code, stdout } = await runCommandLine(home.directory, ...args, "--json");
  return { code, ...JSON.parse(stdout) };
}

function readProof(file: string) {
  const { payload } = JSON.parse(readFileSync(file, "utf8")) as { payload: string };
  return JSON.parse(Buffer.from(payload, "base64").toString("utf8")).predicate;
}

test("down uses the backend of up, and closes an ingress that is in no outputs", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const place = environmentFolder(home, name);
  const elsewhere = join(folder.directory, "elsewhere");
  mkdirSync(elsewhere);
  const environment = {
    ...commandLineEnvironment(folder.directory),
    PULUMI_BACKEND_URL: `file://${elsewhere}`,
  };
  const up = await startCommandLineIn(environment, "up", name).ended;
  assert.equal(up.code, 0, up.stderr);
  const stack = join(elsewhere, ".pulumi", "stacks", "dmm-env", `${name}.json`);
  assert.ok(existsSync(stack));

  rmSync(place.outputs);
  writeFileSync(place.record, '{"name": "feature-x", "netw');
  const down = await runJson(home, "down", name);
  assert.equal(down.code, 0, JSON.stringify(down));
  assert.ok(down.resourcesDeleted > 100, `${down.resourcesDeleted} resources`);
  assert.equal(existsSync(stack), false);
  assert.equal(down.access.closed, true);
  assert.deepEqual(down.access.revoked, ["operator"]);
  assert.equal(down.access.refusals.length, 2);
  assert.match(down.workarounds.join(" "), /record was damaged or missing/);
  const proof = readProof(down.proof);
  assert.equal(proof.backend, `file://${elsewhere}`);
  assert.equal(proof.verdict, "nothing is left");
  assert.ok(proof.statements.length >= 4);
  assert.deepEqual(findLeftovers(home), []);
  assert.deepEqual(readdirSync(home.networks), []);
});

test("status reports a stopped region, and access revoke and down work without it", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const up = await runCommandLine(folder.directory, "up", name, "--for", "6h");
  assert.equal(up.code, 0, up.stderr);
  assert.equal((await runJson(home, "access", "grant", name, "eve", "--for", "5h")).code, 0);
  const shorter = await runJson(home, "up", name, "--for", "1h");
  assert.equal(shorter.code, 0, JSON.stringify(shorter));
  assert.deepEqual(shorter.reissued, ["eve", "operator"]);
  const { grants } = await runJson(home, "access", "list", name);
  for (const { expires } of grants) assert.ok(Date.parse(expires) <= Date.parse(shorter.expires));
  const region = readRegionAddress(environmentFolder(home, name).region)!;
  process.kill(region.pid, "SIGSTOP");
  const status = await runJson(home, "status", name);
  assert.equal(status.code, 3);
  assert.match(status.problem, new RegExp(`process ${region.pid}\\) is unresponsive`));
  assert.equal((await runJson(home, "verify", name)).error.code, "DMM_REGION_UNRESPONSIVE");

  const revoked = await runJson(home, "access", "revoke", name, "eve");
  assert.equal(revoked.code, 0, JSON.stringify(revoked));
  assert.equal(revoked.ingress, "closed");
  const edge = new RegExp(`^${region.network.replaceAll(".", "\\.")}\\.0\\.\\d\\d+:`);
  const network = Number(region.network.split(".")[1]);
  assert.deepEqual(
    readNetworkListeners(network).filter((address) => edge.test(address)),
    [],
  );

  const down = await runJson(home, "down", name);
  assert.equal(down.code, 0, JSON.stringify(down));
  assert.match(
    down.workarounds.join(" "),
    new RegExp(`process ${region.pid}\\) did not respond; it was killed`),
  );
  assert.equal(down.access.closed, true);
  assert.equal(down.verdict, "nothing is left");
  assert.deepEqual(findLeftovers(home), []);
});
