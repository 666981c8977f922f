import { webcrypto } from "node:crypto";
import { type Authority, algorithm, createSerial, exportKey } from "./authority.ts";
import { recordSerial } from "./serials.ts";
import { x509 } from "./x509.ts";

/** Subject and validity of a certificate. */
export interface CertificateRequest {
  readonly environment: string;
  readonly name: string;
  readonly lifetimeSeconds: number;
}

/** A certificate with its key, both as PEM. */
export interface IssuedCertificate {
  readonly serial: string;
  readonly expires: string;
  readonly certificate: string;
  readonly key: string;
}

/** Signs a client certificate for a new key and records its serial number. Stores neither certificate nor key. */
export async function issueCertificate(
  directory: string,
  authority: Authority,
  request: CertificateRequest & { readonly check?: boolean },
): Promise<IssuedCertificate> {
  const { name, environment, lifetimeSeconds, check } = request;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const serialNumber = createSerial();
  // X.509 times have whole seconds.
  const notAfter = new Date(Math.floor((Date.now() + lifetimeSeconds * 1000) / 1000) * 1000);
  const expires = notAfter.toISOString();
  recordSerial(directory, { serial: serialNumber, name, expires, ...(check && { check }) });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    issuer: authority.certificate.subjectName,
    subject: `CN=${name},O=${environment}`,
    // Clocks differ; a certificate that is valid only from this second on would be refused by a slow one.
    notBefore: new Date(Date.now() - 60_000),
    notAfter,
    signingKey: authority.key,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey as CryptoKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
    ],
  });
  return {
    serial: serialNumber,
    expires,
    certificate: `${certificate.toString("pem")}\n`,
    key: await exportKey(keys.privateKey as CryptoKey),
  };
}
