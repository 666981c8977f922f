import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Insider } from "../target.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const hourMs = 3_600_000;

/**
 * A certificate that differs from a real insider's only in its authority's key: subject and issuer have the same
 * names, so an ingress that compares names instead of signatures would accept it.
 */
export async function forgeInsider(real: Insider): Promise<Insider> {
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  const original = new x509.X509Certificate(real.certificate);
  const authorityKeys = await createKeys();
  const keys = await createKeys();
  const notBefore = new Date(Date.now() - hourMs);
  const notAfter = new Date(Date.now() + hourMs);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: original.serialNumber,
    subject: original.subject,
    issuer: original.issuer,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey as webcrypto.CryptoKey);
  return {
    name: `forged ${real.name}`,
    certificate: certificate.toString("pem"),
    key: x509.PemConverter.encode(key, "PRIVATE KEY"),
  };
}

async function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}
