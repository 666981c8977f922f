import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** Files of an authority and of a server certificate for some addresses. */
export interface CertificateFiles {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  remove(): Promise<void>;
}

/** Creates a separate authority, and a certificate for these addresses. */
export async function createCertificates(addresses: readonly string[]): Promise<CertificateFiles> {
  const crypto = webcrypto as unknown as Crypto;
  cryptoProvider.set(crypto);
  const signingAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const createKeys = () => crypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
  const [authorityKeys, keys] = [await createKeys(), await createKeys()];
  const lifetime = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: "CN=Test authority",
    keys: authorityKeys,
    signingAlgorithm,
    ...lifetime,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const certificate = await X509CertificateGenerator.create({
    subject: "CN=Test server",
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm,
    ...lifetime,
    extensions: [new SubjectAlternativeNameExtension(addresses.map((value) => ({ type: "ip", value })))],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const directory = await mkdtemp(join(tmpdir(), "gateway-certificates-"));
  const files = {
    authority: join(directory, "authority.pem"),
    certificate: join(directory, "certificate.pem"),
    key: join(directory, "key.pem"),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
  await writeFile(files.authority, authority.toString("pem"));
  await writeFile(files.certificate, certificate.toString("pem"));
  await writeFile(
    files.key,
    `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`,
  );
  return files;
}
