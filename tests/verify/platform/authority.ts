import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface Identity {
  readonly certificate: string;
  readonly key: string;
  /** Upper-case hexadecimal, as Node prints a peer's. */
  readonly serial: string;
}

export interface Authority {
  readonly certificate: string;
  issue(options: { subject: string; notAfter: Date; names?: readonly string[] }): Promise<Identity>;
}

/** A certificate authority for one test. */
export async function createAuthority(name: string): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  const keys = await createKeys();
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: own.toString("pem"),
    async issue({ subject, notAfter, names }) {
      const subjectKeys = await createKeys();
      // A leading 7f keeps the number positive and free of padding.
      const serial = `7F${randomBytes(8).toString("hex").toUpperCase()}`;
      const usage = names === undefined ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial,
        subject: `CN=${subject}`,
        issuer: own.subject,
        notBefore: new Date(Date.now() - 60_000),
        notAfter,
        signingAlgorithm: algorithm,
        publicKey: subjectKeys.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.ExtendedKeyUsageExtension([usage]),
          ...(names === undefined ? [] : [new x509.SubjectAlternativeNameExtension(names.map(dnsName))]),
        ],
      });
      const key = await webcrypto.subtle.exportKey("pkcs8", subjectKeys.privateKey);
      return {
        certificate: certificate.toString("pem"),
        key: x509.PemConverter.encode(key, "PRIVATE KEY"),
        serial,
      };
    },
  };
}

function dnsName(value: string): { type: "dns"; value: string } {
  return { type: "dns", value };
}

async function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}
