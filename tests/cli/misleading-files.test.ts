import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { environmentFolder, findHome, type Home } from "../../cli/home.ts";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";

async function runJson(home: Home, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runCommandLine(home.directory, ...args, "--json");
  assert.ok(stdout, stderr);
  return { code, stderr, ...JSON.parse(stdout) };
}

function readPredicate(proof: string) {
  const { payload } = JSON.parse(readFileSync(proof, "utf8")) as { payload: string };
  return JSON.parse(Buffer.from(payload, "base64").toString("utf8")).predicate;
}

test("outputs with an address where nothing listens prove neither a revocation nor a closed ingress", {
  timeout: 300_000,
}, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  assert.equal((await runJson(home, "up", name)).code, 0);
  assert.equal((await runJson(home, "access", "grant", name, "eve", "--for", "1h")).code, 0);
  const file = environmentFolder(home, name).outputs;
  const outputs = JSON.parse(readFileSync(file, "utf8"));
  const { dnsName } = outputs.ingress;
  outputs.ingress.dnsName = dnsName.replace(/\d+$/, "200");
  writeFileSync(file, JSON.stringify(outputs));

  const revoked = await runJson(home, "access", "revoke", name, "eve");
  assert.equal(revoked.error?.code, "DMM_REVOCATION_UNPROVEN", JSON.stringify(revoked));
  const down = await runJson(home, "down", name);
  assert.equal(down.code, 0, JSON.stringify(down));
  assert.equal(down.access.closed, true);
  assert.ok(down.access.revoked.includes("operator"), JSON.stringify(down.access));
  for (const { reason } of down.access.refusals) assert.doesNotMatch(reason, /ECONNREFUSED/);
  assert.deepEqual(findLeftovers(home), []);
});

test("an environment whose checkout was moved is torn down, with the state that moved along", {
  timeout: 300_000,
}, async () => {
  using folder = new TemporaryHome();
  assert.equal((await runJson(folder.home, "up", name)).code, 0);
  const directory = `${folder.directory}-moved`;
  renameSync(folder.directory, directory);
  try {
    const home = findHome({ DMM_ENV_HOME: directory });
    const down = await runJson(home, "down", name);
    assert.equal(down.code, 0, JSON.stringify(down));
    const { verdict, workarounds } = readPredicate(down.proof);
    assert.equal(verdict, "nothing is left");
    assert.match(workarounds.join(" "), /was moved/);
    assert.equal(existsSync(join(home.state, ".pulumi", "stacks", "dmm-env", `${name}.json`)), false);
    assert.deepEqual(findLeftovers(home), []);
    assert.deepEqual(findLeftovers(folder.home), []);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test("a state folder that no longer exists is reported as not observed", { timeout: 300_000 }, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  assert.equal((await runJson(home, "up", name)).code, 0);
  const file = environmentFolder(home, name).record;
  const record = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...record, backend: `file://${folder.directory}/nowhere` }));
  rmSync(home.state, { recursive: true });
  const down = await runJson(home, "down", name);
  assert.equal(down.code, 3, JSON.stringify(down));
  assert.equal(readPredicate(down.proof).verdict, "not everything could be observed");
  writeFileSync(file, JSON.stringify(record));
  assert.equal((await runJson(home, "down", name)).code, 0);
  assert.deepEqual(findLeftovers(home), []);
});
