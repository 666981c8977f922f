import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { ensureAuthority } from "../../cli/access/authority.ts";
import { readClient } from "../../cli/access/client-identity.ts";
import { endWithEnvironment, requireLifetime } from "../../cli/access/end-with-environment.ts";
import { grantFiles, isValid, listGrants, readGrant } from "../../cli/access/grants.ts";
import { tryAccess } from "../../cli/access/ingress.ts";
import { issueCertificate } from "../../cli/access/issue-certificate.ts";
import { issueGrant } from "../../cli/access/issue-grant.ts";
import { createRevocationList, ensureFirstList, readRevocations } from "../../cli/access/revocation-list.ts";
import { findCheckSerials, hasUnpublished, revokeGrants, storeRevocations } from "../../cli/access/revoke.ts";
import { x509 } from "../../cli/access/x509.ts";
import { TemporaryHome } from "./temporary-home.ts";
import { startIngress } from "./tls-ingress.ts";

const environment = "feature-x";

async function makeAccess(directory: string) {
  const authority = await ensureAuthority(directory, environment);
  const first = await ensureFirstList(directory, authority);
  const issue = (name: string, lifetimeSeconds = 3_600) =>
    issueGrant(directory, authority, { environment, name, lifetimeSeconds });
  return { authority, first, issue };
}

function listedSerials(directory: string): readonly string[] {
  const list = new x509.X509Crl(readFileSync(join(directory, "revoked.pem"), "utf8"));
  return list.entries.map(({ serialNumber }) => serialNumber).sort();
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

test("a shortened lifetime shortens every grant: the previous certificates are revoked and reissued", async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  const { authority, first, issue } = await makeAccess(directory);
  await using started = await startIngress(authority.certificate.toString("pem"), first);
  const before = [await issue("eve", 18_000), await issue("operator", 18_000)];
  const short = await issue("joe", 5);
  const eve = readClient(directory, "eve");
  assert.equal(await tryAccess(started.ingress, eve), "in");

  const expires = inSeconds(60);
  assert.deepEqual(await endWithEnvironment(directory, { name: environment, expires }), ["eve", "operator"]);
  started.useRevocationList(readFileSync(join(directory, "revoked.pem"), "utf8"));
  assert.notEqual(await tryAccess(started.ingress, eve), "in");
  assert.equal(await tryAccess(started.ingress, readClient(directory, "eve")), "in");
  assert.deepEqual(listedSerials(directory), before.map(({ serial }) => serial).sort());
  for (const grant of listGrants(directory)) {
    assert.ok(isValid(grant) && Date.parse(grant.expires) <= Date.parse(expires), grant.name);
  }
  assert.equal(readGrant(directory, "joe")?.serial, short.serial);
  assert.ok(hasUnpublished(directory));
  assert.deepEqual(await endWithEnvironment(directory, { name: environment, expires }), []);
});

test("no grant is issued after the environment's end", async () => {
  assert.throws(() => requireLifetime({ name: environment, expires: inSeconds(-1) }), {
    code: "DMM_ENVIRONMENT_EXPIRED",
    exitCode: 3,
  });
  assert.ok(requireLifetime({ name: environment, expires: inSeconds(60) }) >= 58);
});

test("a grant whose file was damaged or removed is listed, and revoked with all its certificates", async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  const { authority, issue } = await makeAccess(directory);
  const serials = [(await issue("jane")).serial];
  const renewal = { environment, name: "jane", lifetimeSeconds: 900, renew: true };
  serials.push((await issueGrant(directory, authority, renewal)).serial);
  writeFileSync(grantFiles(directory, "jane").record, "{");
  serials.push((await issue("joe")).serial);
  rmSync(join(directory, "grants", "joe"), { recursive: true });

  const grants = listGrants(directory);
  assert.deepEqual(
    grants.map(({ name, damaged }) => [name, damaged]),
    [
      ["jane", true],
      ["joe", true],
    ],
  );
  assert.ok(grants.every((grant) => isValid(grant)));
  await revokeGrants(directory, grants);
  assert.deepEqual(listedSerials(directory), serials.sort());
  assert.ok(listGrants(directory).every(({ revoked, damaged }) => revoked !== undefined && !damaged));
});

test("a damaged grant of an earlier version is recovered from its certificate", async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  const { serial } = await (await makeAccess(directory)).issue("jane");
  rmSync(join(directory, "serials.jsonl"));
  writeFileSync(grantFiles(directory, "jane").record, "[]");
  assert.equal(readGrant(directory, "jane")?.serial, serial);
});

test("a certificate for a check leaves neither certificate nor key on disk, and any process can revoke it", async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  const { authority } = await makeAccess(directory);
  const request = { environment, name: "verify-revoked-1", lifetimeSeconds: 600, check: true };
  const { serial, key } = await issueCertificate(directory, authority, request);
  assert.match(key, /BEGIN PRIVATE KEY/);
  assert.equal(existsSync(join(directory, "grants")), false);
  for (const file of readdirSync(directory))
    assert.ok(!readFileSync(join(directory, file), "utf8").includes(key.slice(30, 90)), file);
  assert.deepEqual(listGrants(directory), []);
  assert.deepEqual(findCheckSerials(directory), [serial]);
  await storeRevocations(directory, findCheckSerials(directory));
  assert.deepEqual(findCheckSerials(directory), []);
});

test("revocations whose file was damaged are read from the newest list", async () => {
  using folder = new TemporaryHome();
  const { directory } = folder;
  const { issue } = await makeAccess(directory);
  const { serial } = await issue("jane");
  await revokeGrants(directory, listGrants(directory));
  writeFileSync(join(directory, "revocations.json"), '{"num');
  const { number, entries } = readRevocations(directory);
  assert.equal(number, 1);
  assert.deepEqual(
    entries.map((entry) => entry.serial),
    [serial],
  );
});

test("a clock that is ahead yields no list that is not valid yet, and each list begins after the last", async () => {
  using folder = new TemporaryHome();
  const { authority } = await makeAccess(folder.directory);
  const now = Date.now;
  const beginnings: number[] = [];
  try {
    for (const [number, aheadMs] of [
      [1, 2 * 86_400_000],
      [2, 0],
      [3, 86_400_000],
      [1_000_000, 0],
    ] as const) {
      Date.now = () => now() + aheadMs;
      const list = new x509.X509Crl(await createRevocationList(authority, { number, entries: [] }));
      beginnings.push(list.thisUpdate.getTime());
      assert.ok(list.nextUpdate!.getTime() >= authority.certificate.notAfter.getTime());
    }
  } finally {
    Date.now = now;
  }
  assert.ok(beginnings.every((begin) => begin <= Date.now()));
  assert.deepEqual(
    beginnings.slice(0, 3),
    [1, 2, 3].map((second) => authority.certificate.notBefore.getTime() + second * 1_000),
  );
});
