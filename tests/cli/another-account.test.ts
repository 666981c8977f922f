import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "tap";
import { reserveNetwork as reserveEnvironmentNetwork } from "../../cli/environment/network.ts";
import { environmentFolder, type Home } from "../../cli/home.ts";
import { reserveNetwork } from "../loopback.ts";
import { startFakeSts } from "./fake-sts.ts";
import { makeRecord } from "./made-record.ts";
import { commandLineEnvironment, startCommandLineIn } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const network = await reserveNetwork();

const name = "feature-x";
const own = "111122223333";
const another = "999988887777";

async function runJson(home: Home, endpoint: string, ...args: readonly string[]) {
  const environment = {
    ...commandLineEnvironment(home.directory),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-west-1",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const { code, stdout, stderr } = await startCommandLineIn(environment, ...args, "--json").ended;
  assert.ok(stdout, stderr);
  return { code, ...JSON.parse(stdout) };
}

/** Every file of a home with the digest of its content, in the folders that a teardown empties. */
function describeFiles(home: Home): readonly string[] {
  return [home.environments, home.networks, home.state]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
    )
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`)
    .sort();
}

test("down with the credentials of another account refuses, and changes nothing", {
  timeout: 60_000,
}, async (t) => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const sts = await startFakeSts(t, `${network}.0.3`, another);
  const origin = { target: "aws", backend: home.backend, region: "eu-west-1", account: own } as const;
  makeRecord(home, name, { ...origin, stage: "up", insiders: ["203.0.113.0/24"] });
  reserveEnvironmentNetwork(home, name, { origin });
  const state = join(home.state, ".pulumi", "stacks", "dmm-env", `${name}.json`);
  mkdirSync(dirname(state), { recursive: true });
  const resources = [{ type: "aws:ecs/cluster:Cluster", id: `arn:aws:ecs:eu-west-1:${own}:cluster/x` }];
  writeFileSync(state, JSON.stringify({ version: 3, checkpoint: { latest: { resources } } }));
  const before = describeFiles(home);
  assert.ok(before.length >= 3);

  for (const damaged of [false, true]) {
    const { record } = environmentFolder(home, name);
    // Without its record the reservation of the network has the account.
    if (damaged) writeFileSync(record, "{");
    const files = damaged ? describeFiles(home) : before;
    const down = await runJson(home, sts.url, "down", name);
    assert.equal(down.error?.code, "DMM_ACCOUNT_MISMATCH", JSON.stringify(down));
    assert.equal(down.code, 3);
    assert.match(down.error.message, new RegExp(`account ${own}; the credentials belong to ${another}`));
    assert.deepEqual(describeFiles(home), files);
    assert.equal(existsSync(home.teardowns), false);
  }
  assert.deepEqual(new Set(sts.requests), new Set(["GetCallerIdentity"]));
});

test("a gate on aws reports the first failure as the cause, and later ones of its teardown beside it", {
  timeout: 200_000,
}, async (t) => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const sts = await startFakeSts(t, `${network}.0.4`, own);
  // A folder in place of the engine's project: the first step fails, after the environment was reserved.
  const { directory, engine, record } = environmentFolder(home, name);
  const watching = setInterval(() => {
    if (existsSync(directory)) mkdirSync(join(engine, "Pulumi.yaml"), { recursive: true });
    if (existsSync(record)) sts.account = another;
  }, 2);
  t.teardown(() => clearInterval(watching));
  const gate = await runJson(home, sts.url, "gate", name, "--target", "aws", "--insiders", "203.0.113.0/24");
  assert.equal(gate.code, 5, JSON.stringify(gate));
  assert.equal(gate.error.code, "DMM_MACHINE_FILE_UNUSABLE");
  assert.match(gate.error.message, /Pulumi\.yaml/);
  assert.deepEqual(
    gate.laterErrors.map(({ code }: { code: string }) => code),
    ["DMM_ACCOUNT_MISMATCH"],
  );
  assert.equal(JSON.parse(readFileSync(record, "utf8")).account, own);
});
