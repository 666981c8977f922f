import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** PEM files of an authority and of a server certificate. */
export interface CertificateFiles {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** Certificate and key in one file, as HAProxy reads them. */
  readonly both: string;
}

/** An authority for this benchmark, and a certificate (ECDSA P-256) for these addresses and this name. */
export async function createCertificates(
  directory: string,
  addresses: readonly string[],
  name: string,
): Promise<CertificateFiles> {
  const crypto = webcrypto as unknown as Crypto;
  cryptoProvider.set(crypto);
  const signingAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const createKeys = () => crypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
  const [authorityKeys, keys] = [await createKeys(), await createKeys()];
  const lifetime = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) };
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: "CN=Benchmark authority",
    keys: authorityKeys,
    signingAlgorithm,
    ...lifetime,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const certificate = await X509CertificateGenerator.create({
    subject: "CN=Benchmark server",
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm,
    ...lifetime,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: "dns", value: name },
        ...addresses.map((value) => ({ type: "ip" as const, value })),
      ]),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
  const write = async (file: string, text: string) => {
    await writeFile(join(directory, file), text, { mode: 0o600 });
    return join(directory, file);
  };
  return {
    authority: await write("authority.pem", authority.toString("pem")),
    certificate: await write("certificate.pem", certificate.toString("pem")),
    key: await write("key.pem", key),
    both: await write("both.pem", `${certificate.toString("pem")}\n${key}`),
  };
}
