import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { duplexPair } from "node:stream";
import { connect, type PeerCertificate, TLSSocket } from "node:tls";
import { grantFiles } from "../../cli/access/grants.ts";

/** Asserts that every file of an insider belongs to one certificate; returns its serial number. */
export async function assertOneGeneration(access: string, insider: string): Promise<string> {
  const files = grantFiles(access, insider);
  // Resolved once, as a program running in the folder does.
  const folder = realpathSync(dirname(files.record));
  const read = (file: string) => readFileSync(join(folder, basename(file)));
  const certificate = new X509Certificate(read(files.certificate));
  const serial = certificate.serialNumber.toLowerCase();
  assert.equal(JSON.parse(read(files.record).toString()).serial, serial);
  assert.ok(certificate.checkPrivateKey(createPrivateKey(read(files.key))));
  const passphrase = read(files.password).toString().trim();
  const bundled = await presentBundle({ pfx: read(files.bundle), passphrase });
  assert.equal(bundled.fingerprint256, certificate.fingerprint256);
  return serial;
}

/** The certificate that a TLS peer sees from a program that uses this bundle. */
async function presentBundle(bundle: { pfx: Buffer; passphrase: string }): Promise<PeerCertificate> {
  const [near, far] = duplexPair();
  const server = new TLSSocket(far as never, { isServer: true, ...bundle });
  server.on("error", () => undefined);
  const client = connect({ socket: near, rejectUnauthorized: false });
  await once(client, "secureConnect");
  const certificate = client.getPeerCertificate();
  client.destroy();
  server.destroy();
  return certificate;
}
