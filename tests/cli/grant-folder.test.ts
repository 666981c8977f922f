import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as elapse } from "node:timers/promises";
import { execa } from "execa";
import { test } from "tap";
import { ensureAuthority } from "../../cli/access/authority.ts";
import { endWithEnvironment } from "../../cli/access/end-with-environment.ts";
import { grantFiles, listGrants } from "../../cli/access/grants.ts";
import { issueGrant } from "../../cli/access/issue-grant.ts";
import { assertOneGeneration } from "./grant-generation.ts";
import { TemporaryHome } from "./temporary-home.ts";

const environment = "feature-x";
const renewing = join(import.meta.dirname, "renewing-grant.ts");

async function issue(directory: string, name: string, lifetimeSeconds = 3_600) {
  const authority = await ensureAuthority(directory, environment);
  return issueGrant(directory, authority, { environment, name, lifetimeSeconds, renew: true });
}

test("a renewed grant replaces certificate, key, record, bundle and password together", async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  for (const name of ["jane", "jane-x", "jane.doe"]) await issue(directory, name);
  const first = await assertOneGeneration(directory, "jane");
  const second = await issue(directory, "jane");
  assert.equal(await assertOneGeneration(directory, "jane"), second.serial);
  assert.notEqual(second.serial, first);
  await assertOneGeneration(directory, "jane-x");
  assert.deepEqual(readdirSync(join(directory, "grants", ".generations", "jane")), [second.serial]);
  for (const file of Object.values(grantFiles(directory, "jane")))
    assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(
    listGrants(directory).map(({ name }) => name),
    ["jane", "jane-x", "jane.doe"],
  );
});

test("a shortened lifetime replaces the bundle with the certificate", async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  const before = await issue(directory, "eve", 18_000);
  const expires = new Date(Date.now() + 60_000).toISOString();
  await endWithEnvironment(directory, { name: environment, expires });
  assert.notEqual(await assertOneGeneration(directory, "eve"), before.serial);
});

test("a grant's folder from an earlier version, which is not a link, is replaced", async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  await issue(directory, "jane");
  const place = dirname(grantFiles(directory, "jane").record);
  const copy = join(directory, "copy");
  cpSync(place, copy, { recursive: true, dereference: true });
  rmSync(place);
  rmSync(join(directory, "grants", ".generations"), { recursive: true });
  cpSync(copy, place, { recursive: true });
  const { serial } = await issue(directory, "jane");
  assert.equal(await assertOneGeneration(directory, "jane"), serial);
  assert.deepEqual(readdirSync(join(directory, "grants", ".generations", "jane")), [serial]);
});

test("a process that is killed while it renews a grant leaves exactly one generation", {
  timeout: 120_000,
}, async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  await issue(directory, "jane");
  for (let kill = 0; kill < 15; kill += 1) {
    const child = execa(process.execPath, [renewing, directory], {
      stdio: ["ignore", "pipe", "inherit"],
      buffer: false,
      reject: false,
    }).nodeChildProcess;
    await once(child.stdout!, "data");
    await elapse(kill * 3);
    child.kill("SIGKILL");
    await once(child, "exit");
    await assertOneGeneration(directory, "jane");
  }
  const { serial } = await issue(directory, "jane");
  assert.deepEqual(readdirSync(join(directory, "grants", ".generations", "jane")), [serial]);
});
