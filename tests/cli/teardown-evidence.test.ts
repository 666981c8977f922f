import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "tap";
import { reserveNetwork } from "../../cli/environment/network.ts";
import { type EnvironmentRecord, writeRecord } from "../../cli/environment/record.ts";
import { environmentFolder, type Home } from "../../cli/home.ts";
import { judge, type Statement } from "../../cli/teardown/statements.ts";
import { commandLineEnvironment, startCommandLineIn } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";
const slow = { timeout: 120_000 };

/** Nothing on this machine that AWS's default chain could take for credentials. */
function withoutCredentials(home: Home): NodeJS.ProcessEnv {
  const environment = commandLineEnvironment(home.directory);
  for (const key of Object.keys(environment)) if (key.startsWith("AWS_")) delete environment[key];
  return {
    ...environment,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
}

async function runJson(home: Home, ...args: readonly string[]) {
  const { code, stdout } = await startCommandLineIn(withoutCredentials(home), ...args, "--json").ended;
  return { code, ...JSON.parse(stdout) };
}

function makeRecord(home: Home, changes: Partial<EnvironmentRecord> = {}): EnvironmentRecord {
  const record: EnvironmentRecord = {
    name,
    target: "aws",
    network: 23,
    addressBlock: "10.23.0.0/16",
    insiders: ["203.0.113.0/24"],
    owner: "jane",
    created: new Date().toISOString(),
    expires: new Date(Date.now() + 3_600_000).toISOString(),
    stage: "up",
    backend: home.backend,
    region: "eu-west-1",
    account: "111122223333",
    ...changes,
  };
  writeRecord(home, record);
  return record;
}

function writeState(home: Home, resources: readonly Record<string, unknown>[]): string {
  const file = join(home.state, ".pulumi", "stacks", "dmm-env", `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { latest: { resources } } }));
  return file;
}

test("on aws credentials are checked before anything is created, deleted or forgotten", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  for (const args of [
    ["up", name],
    ["gate", name],
  ]) {
    const refused = await runJson(home, ...args, "--target", "aws", "--insiders", "203.0.113.0/24");
    assert.equal(refused.error.code, "DMM_AWS_CREDENTIALS", JSON.stringify(refused));
    assert.equal(refused.code, 3);
    assert.equal(existsSync(environmentFolder(home, name).directory), false);
  }
  makeRecord(home);
  const down = await runJson(home, "down", name);
  assert.equal(down.error.code, "DMM_AWS_CREDENTIALS");
  assert.equal(down.code, 3);
  assert.ok(existsSync(environmentFolder(home, name).record));
});

test("a damaged record does not turn an environment on aws into a local one", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const place = environmentFolder(home, name);
  makeRecord(home);
  mkdirSync(place.engine, { recursive: true });
  const origin = {
    target: "aws",
    backend: home.backend,
    region: "eu-west-1",
    account: "111122223333",
  } as const;
  reserveNetwork(home, name, { origin });
  writeFileSync(place.record, "[]");
  const state = writeState(home, []);
  assert.equal((await runJson(home, "down", name)).error.code, "DMM_AWS_CREDENTIALS");
  assert.ok(existsSync(state));
});

test("without record and reservation the account in the state determines the target", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const place = environmentFolder(home, name);
  mkdirSync(place.engine, { recursive: true });
  const state = writeState(home, [
    { type: "aws:lb/loadBalancer:LoadBalancer", id: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:x" },
  ]);
  assert.equal((await runJson(home, "down", name)).error.code, "DMM_AWS_CREDENTIALS");
  assert.equal((await runJson(home, "down", name, "--target", "local")).error.code, "DMM_TARGET_MISMATCH");
  assert.ok(existsSync(state));
});

test("if no evidence names the target, down refuses and deletes nothing", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const place = environmentFolder(home, name);
  mkdirSync(place.engine, { recursive: true });
  writeFileSync(place.record, '{"name": "feature-x", "tar');
  const state = writeState(home, [{ type: "pulumi:pulumi:Stack" }]);
  const before = readFileSync(state, "utf8");
  const down = await runJson(home, "down", name);
  assert.equal(down.error.code, "DMM_TARGET_UNKNOWN");
  assert.equal(down.code, 3);
  assert.match(down.error.hint, /--target local, or --target aws/);
  assert.equal(readFileSync(state, "utf8"), before);
  assert.ok(existsSync(place.record));
  assert.equal(existsSync(home.teardowns), false);
});

test(
  "a damaged signing key is reported before anything is deleted, and down finishes once it is gone",
  slow,
  async () => {
    using folder = new TemporaryHome();
    const { home } = folder;
    const place = environmentFolder(home, name);
    makeRecord(home, { target: "local", stage: "creating" });
    writeFileSync(home.signingKey, "cut");
    const refused = await runJson(home, "down", name);
    assert.equal(refused.error.code, "DMM_KEY_UNREADABLE");
    assert.ok(existsSync(place.record));
    assert.equal((await runJson(home, "gate", "feature-y")).error.code, "DMM_KEY_UNREADABLE");
    assert.equal(existsSync(environmentFolder(home, "feature-y").directory), false);
    rmSync(home.signingKey);
    const down = await runJson(home, "down", name);
    assert.equal(down.code, 0, JSON.stringify(down));
    assert.equal(down.verdict, "nothing is left");
    assert.equal(existsSync(place.directory), false);
  },
);

test("up and status of an environment whose teardown has begun refer to down", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  makeRecord(home, { target: "local", stage: "tearing-down" });
  for (const command of ["up", "verify"]) {
    const { error } = await runJson(home, command, name);
    assert.equal(error.code, "DMM_TEARDOWN_UNFINISHED");
    assert.match(error.hint, /^Finish it: dmm-env down feature-x/);
  }
});

test("a proof states that nothing is left only if every statement was observed", async () => {
  const one = (outcome: Statement["outcome"]): Statement => ({ statement: "s", outcome, evidence: "e" });
  assert.equal(judge([]), "not everything could be observed");
  assert.equal(judge([one("observed"), one("observed")]), "nothing is left");
  assert.equal(judge([one("observed"), one("not observed")]), "not everything could be observed");
  assert.equal(judge([one("not observed"), one("contradicted")]), "leftovers were found");
});
