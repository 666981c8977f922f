import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as elapse } from "node:timers/promises";
import { connect, createSecureContext } from "node:tls";
import { test } from "tap";
import { authorityFile, ensureAuthority, readAuthority } from "../../cli/access/authority.ts";
import { readClient } from "../../cli/access/client-identity.ts";
import { grantFiles, listGrants, parseGrantName, readGrant } from "../../cli/access/grants.ts";
import { tryAccess } from "../../cli/access/ingress.ts";
import { issueGrant } from "../../cli/access/issue-grant.ts";
import { createRevocationList, ensureFirstList } from "../../cli/access/revocation-list.ts";
import { revokeGrants } from "../../cli/access/revoke.ts";
import { x509 } from "../../cli/access/x509.ts";
import { TemporaryHome } from "./temporary-home.ts";
import { startIngress } from "./tls-ingress.ts";

async function makeAccess(directory: string) {
  const authority = await ensureAuthority(directory, "feature-x");
  const list = await ensureFirstList(directory, authority);
  const issue = (name: string, lifetimeSeconds = 600) =>
    issueGrant(directory, authority, { environment: "feature-x", name, lifetimeSeconds });
  return { authority, list, issue, pem: readFileSync(authorityFile(directory), "utf8") };
}

test("a granted insider is admitted, and refused as soon as the ingress has the list that revokes the grant", async () => {
  using folder = new TemporaryHome();
  const { pem, list, issue } = await makeAccess(folder.directory);
  await using started = await startIngress(pem, list);
  await issue("jane");
  await issue("joe");
  const [jane, joe] = [readClient(folder.directory, "jane"), readClient(folder.directory, "joe")];
  assert.equal(await tryAccess(started.ingress, jane), "in");
  assert.notEqual(await tryAccess(started.ingress), "in");

  await revokeGrants(folder.directory, [readGrant(folder.directory, "jane")!]);
  started.useRevocationList(readFileSync(join(folder.directory, "revoked.pem"), "utf8"));
  assert.notEqual(await tryAccess(started.ingress, jane), "in");
  assert.equal(await tryAccess(started.ingress, joe), "in");
});

test("a grant's bundle opens with its password only, and is accepted like its certificate", async () => {
  using folder = new TemporaryHome();
  const { pem, list, issue } = await makeAccess(folder.directory);
  await using started = await startIngress(pem, list);
  await issue("jane");
  const { bundle, password } = grantFiles(folder.directory, "jane");
  for (const file of [bundle, password]) assert.equal(statSync(file).mode & 0o777, 0o600);
  const pfx = readFileSync(bundle);
  const passphrase = readFileSync(password, "utf8").trim();
  assert.ok(passphrase.length >= 20);
  assert.throws(() => createSecureContext({ pfx, passphrase: "another" }), /mac verify failure/i);
  const { host, connect: way, authority } = started.ingress;
  const socket = connect({ ...way, servername: host, ca: authority, pfx, passphrase });
  socket.write(`GET /as-jane HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  assert.match(await text(socket), /GET \/as-jane$/);
});

test("a grant expires automatically", async () => {
  using folder = new TemporaryHome();
  const { pem, list, issue } = await makeAccess(folder.directory);
  await using started = await startIngress(pem, list);
  const grant = await issue("jane", 2);
  const jane = readClient(folder.directory, "jane");
  assert.equal(await tryAccess(started.ingress, jane), "in");
  await elapse(Date.parse(grant.expires) - Date.now() + 1_050);
  assert.notEqual(await tryAccess(started.ingress, jane), "in");
});

test("a certificate from another authority is refused", async () => {
  using folder = new TemporaryHome();
  using other = new TemporaryHome();
  const { pem, list } = await makeAccess(folder.directory);
  await (await makeAccess(other.directory)).issue("jane");
  await using started = await startIngress(pem, list);
  assert.notEqual(await tryAccess(started.ingress, readClient(other.directory, "jane")), "in");
});

test("a certificate names its insider and is valid for client authentication only", async () => {
  using folder = new TemporaryHome();
  const { authority, issue } = await makeAccess(folder.directory);
  const grant = await issue("jane.doe", 3_600);
  const certificate = new X509Certificate(readFileSync(grantFiles(folder.directory, "jane.doe").certificate));
  assert.equal(certificate.subject, "CN=jane.doe\nO=feature-x");
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
  assert.equal(certificate.serialNumber.toLowerCase(), grant.serial);
  assert.ok(certificate.verify(new X509Certificate(authority.certificate.toString("pem")).publicKey));
  assert.equal(certificate.validToDate.toISOString(), grant.expires);
  assert.ok(certificate.validFromDate.getTime() < Date.now());
});

test("keys are readable by their owner only", async () => {
  using folder = new TemporaryHome();
  await (await makeAccess(folder.directory)).issue("jane");
  for (const file of [join(folder.directory, "authority.key"), grantFiles(folder.directory, "jane").key]) {
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  }
});

test("an insider has one valid grant at a time", async () => {
  using folder = new TemporaryHome();
  const { issue } = await makeAccess(folder.directory);
  await issue("jane");
  await assert.rejects(issue("jane"), { code: "DMM_GRANT_EXISTS", exitCode: 2 });
  await revokeGrants(folder.directory, listGrants(folder.directory));
  await issue("jane");
  assert.equal(readGrant(folder.directory, "jane")?.revoked, undefined);
});

test("revoking a renewed grant revokes every certificate that it ever had", async () => {
  using folder = new TemporaryHome();
  const { authority, issue } = await makeAccess(folder.directory);
  const first = await issue("jane");
  const renewal = { environment: "feature-x", name: "jane", lifetimeSeconds: 900, renew: true };
  const second = await issueGrant(folder.directory, authority, renewal);
  await revokeGrants(folder.directory, listGrants(folder.directory));
  const list = new x509.X509Crl(readFileSync(join(folder.directory, "revoked.pem"), "utf8"));
  assert.deepEqual(
    list.entries.map(({ serialNumber }) => serialNumber).sort(),
    [first.serial, second.serial].sort(),
  );
});

test("revoking twice is harmless, and each list has a higher number than the last", async () => {
  using folder = new TemporaryHome();
  const { issue, list } = await makeAccess(folder.directory);
  await issue("jane");
  const numbers = [readListNumber(list)];
  for (let round = 0; round < 2; round += 1) {
    await revokeGrants(folder.directory, listGrants(folder.directory));
    const pem = readFileSync(join(folder.directory, "revoked.pem"), "utf8");
    numbers.push(readListNumber(pem));
    assert.equal(new x509.X509Crl(pem).entries.length, 1);
  }
  assert.deepEqual(numbers, [0, 1, 2]);
});

test("a list of any number is signed by the authority", async () => {
  using folder = new TemporaryHome();
  const { authority } = await makeAccess(folder.directory);
  for (const number of [0, 127, 128, 255, 256, 65_536]) {
    const list = new x509.X509Crl(await createRevocationList(authority, { number, entries: [] }));
    assert.ok(await list.verify({ publicKey: authority.certificate }));
    assert.equal(readListNumber(list.toString("pem")), number);
  }
});

test("the authority of an environment stays the same, and a damaged one is reported", async () => {
  using folder = new TemporaryHome();
  const { authority } = await makeAccess(folder.directory);
  const again = await ensureAuthority(folder.directory, "feature-x");
  assert.equal(again.certificate.serialNumber, authority.certificate.serialNumber);
  writeFileSync(join(folder.directory, "authority.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
  await assert.rejects(readAuthority(folder.directory), { code: "DMM_KEY_UNREADABLE" });
});

test("an insider's name is restricted to what a common name and a folder allow", async () => {
  for (const name of ["jane", "jane.doe", "ci-runner_7"]) assert.equal(parseGrantName(name), name);
  for (const name of ["", "../x", "a/b", "-x", "1a", "jane doe", "x".repeat(41), "a,O=b"]) {
    assert.throws(() => parseGrantName(name), { code: "DMM_GRANT_NAME_INVALID" }, name);
  }
});

/** The CRL number extension is a DER integer. */
function readListNumber(pem: string): number {
  const extension = new x509.X509Crl(pem).extensions.find(({ type }) => type === "2.5.29.20");
  return Buffer.from(extension!.value)
    .subarray(2)
    .reduce((number, byte) => number * 256 + byte, 0);
}
