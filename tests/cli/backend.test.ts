import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "tap";
import { reserveNetwork } from "../../cli/environment/network.ts";
import { environmentFolder } from "../../cli/home.ts";
import { findLeftovers } from "./left-over.ts";
import { makeRecord } from "./made-record.ts";
import { commandLineEnvironment, startCommandLineIn } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";
const slow = { timeout: 120_000 };

/** No AWS Region and no credentials, so that the engine fails for such a backend before it sends a request. */
function environmentOf(directory: string, backend: string): NodeJS.ProcessEnv {
  const environment = commandLineEnvironment(directory);
  for (const key of Object.keys(environment)) if (key.startsWith("AWS_")) delete environment[key];
  return { ...environment, AWS_EC2_METADATA_DISABLED: "true", PULUMI_BACKEND_URL: backend };
}

async function runJson(environment: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const { code, stdout } = await startCommandLineIn(environment, ...args, "--json").ended;
  return { code, ...JSON.parse(stdout) };
}

test("an unusable backend is reported before anything is reserved or started", slow, async () => {
  for (const backend of ["s3://nope", "file:///does/not/exist"]) {
    for (const command of ["up", "gate"]) {
      using folder = new TemporaryHome();
      const { code, error, steps } = await runJson(environmentOf(folder.directory, backend), command, name);
      assert.deepEqual([code, error?.code], [3, "DMM_BACKEND_UNUSABLE"], `${command} ${backend}`);
      assert.ok(error.message.includes(backend), error.message);
      assert.deepEqual(steps, []);
      assert.ok(!existsSync(environmentFolder(folder.home, name).directory));
      assert.ok(!existsSync(folder.home.networks) || readdirSync(folder.home.networks).length === 0);
    }
  }
});

test("if the stack was never requested, down finishes without the backend", slow, async () => {
  for (const backend of ["s3://nope", "file:///does/not/exist"]) {
    using folder = new TemporaryHome();
    const { home } = folder;
    const origin = { target: "local", backend, region: "eu-west-1" } as const;
    const network = reserveNetwork(home, name, { isAllowed: () => true, origin });
    makeRecord(home, name, { ...origin, network, stack: "not requested" });
    mkdirSync(environmentFolder(home, name).region, { recursive: true });
    const down = await runJson(environmentOf(folder.directory, backend), "down", name);
    assert.deepEqual([down.code, down.verdict], [0, "nothing is left"], JSON.stringify(down));
    assert.deepEqual(findLeftovers(home), []);
  }
});

test("if the stack was requested, down does not trust a backend that it cannot open", slow, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const origin = { target: "local", backend: "s3://nope", region: "eu-west-1" } as const;
  const network = reserveNetwork(home, name, { isAllowed: () => true, origin });
  makeRecord(home, name, { ...origin, network, stack: "requested" });
  const down = await runJson(environmentOf(folder.directory, origin.backend), "down", name);
  assert.deepEqual([down.code, down.error?.code], [3, "DMM_TEARDOWN_UNPROVEN"]);
  assert.ok(existsSync(environmentFolder(home, name).record));
});

test("an existing folder is a usable backend", slow, async () => {
  using folder = new TemporaryHome();
  const place = join(folder.directory, "other-state");
  mkdirSync(place);
  const { checkBackend } = await import("../../cli/engine/check-backend.ts");
  const { pulumiRoot, resolveTools } = await import("../../tools/resolve-tools.ts");
  const pulumi = join(pulumiRoot(await resolveTools()), "bin", "pulumi");
  const never = new AbortController().signal;
  const session = {
    home: { ...folder.home, backend: pathToFileURL(place).href },
    interruption: { first: never, second: never, stopListening: () => undefined },
  };
  await checkBackend(session, name, pulumi);
});
