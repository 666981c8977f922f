import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";
import { OperatorError } from "../errors.ts";
import { x509 } from "./x509.ts";

/** Supported by AWS trust stores and every TLS library: ECDSA on P-256 with SHA-256. */
export const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The authority that signs the insiders' certificates of one environment; created and deleted with it. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

/**
 * An environment may be extended repeatedly; its authority cannot, because it is part of the program's
 * configuration.
 */
const validForMs = 90 * 86_400_000;

/** Creates the authority of an environment, or reads the existing one. */
export async function ensureAuthority(directory: string, environment: string): Promise<Authority> {
  if (readFileIfPresent(authorityFile(directory)) !== undefined) return await readAuthority(directory);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: createSerial(),
    name: `CN=Insiders of ${environment},O=dmm-env`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + validForMs),
    signingAlgorithm: algorithm,
    keys: keys as webcrypto.CryptoKeyPair,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
    ],
  });
  // The certificate last: if it exists, so does the key.
  replaceFile(keyFile(directory), await exportKey(keys.privateKey as CryptoKey));
  replaceFile(authorityFile(directory), `${certificate.toString("pem")}\n`);
  return { certificate, key: keys.privateKey as CryptoKey };
}

/** Throws DMM_KEY_UNREADABLE for damaged files. */
export async function readAuthority(directory: string): Promise<Authority> {
  try {
    const certificate = new x509.X509Certificate(readFileSync(authorityFile(directory), "utf8"));
    const key = await importKey(readFileSync(keyFile(directory), "utf8"));
    return { certificate, key };
  } catch (cause) {
    throw new OperatorError(
      "DMM_KEY_UNREADABLE",
      {
        file: keyFile(directory),
        problem: (cause as Error).message,
        hint: "Access can no longer be granted; tear the environment down with dmm-env down and create it again.",
      },
      cause,
    );
  }
}

export function authorityFile(directory: string): string {
  return join(directory, "authority.pem");
}

function keyFile(directory: string): string {
  return join(directory, "authority.key");
}

/** A serial number of 128 random bits, positive as RFC 5280 section 4.1.2.2 requires. */
export function createSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

/** A private key as PEM (PKCS #8). */
export async function exportKey(key: CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

async function importKey(pem: string): Promise<CryptoKey> {
  const [der] = x509.PemConverter.decode(pem);
  if (der === undefined) throw new Error("it holds no key");
  return (await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"])) as CryptoKey;
}
