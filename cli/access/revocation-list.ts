import { join } from "node:path";
import { readFileIfThere, replaceFile } from "../environment/file.ts";
import { type Authority, algorithm } from "./authority.ts";
import { x509 } from "./x509.ts";

/** Which certificates are dead. The list only grows: an expired certificate on it does no harm. */
export interface Revocations {
  /** Number of the newest list (RFC 5280, 5.2.3); each list has a higher one than the last. */
  readonly number: number;
  readonly entries: readonly { readonly serial: string; readonly at: string }[];
  /** What the load balancer calls the list that was published last, other than the first, which the program made. */
  readonly published?: string;
}

/** Far beyond the longest life of an environment: a list that ran out would close the entrance by itself. */
const validForMs = 90 * 86_400_000;

const crlNumberOid = "2.5.29.20";

export function readRevocations(directory: string): Revocations {
  const text = readFileIfThere(join(directory, "revocations.json"));
  return text === undefined ? { number: 0, entries: [] } : (JSON.parse(text) as Revocations);
}

export function writeRevocations(directory: string, revocations: Revocations): void {
  replaceFile(join(directory, "revocations.json"), `${JSON.stringify(revocations, null, 2)}\n`);
}

/** The first, empty list as PEM: part of the configuration, so it stays the same as long as the environment. */
export async function ensureFirstList(directory: string, authority: Authority): Promise<string> {
  const file = join(directory, "revoked-0.pem");
  const earlier = readFileIfThere(file);
  if (earlier !== undefined) return earlier;
  const list = await createRevocationList(authority, { number: 0, entries: [] });
  replaceFile(file, list);
  return list;
}

/** A signed certificate revocation list as PEM. */
export async function createRevocationList(authority: Authority, revocations: Revocations): Promise<string> {
  const now = new Date();
  const list = await x509.X509CrlGenerator.create({
    issuer: authority.certificate.subjectName,
    thisUpdate: new Date(now.getTime() - 60_000),
    nextUpdate: new Date(now.getTime() + validForMs),
    entries: revocations.entries.map(({ serial, at }) => ({
      serialNumber: serial,
      revocationDate: new Date(at),
      reason: x509.X509CrlReason.privilegeWithdrawn,
    })),
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      new x509.Extension(crlNumberOid, false, encodeInteger(revocations.number)),
    ],
    signingKey: authority.key,
    signingAlgorithm: algorithm,
  });
  // RFC 7468, 7; the library's own word for it is one that OpenSSL does not know.
  return `${x509.PemConverter.encode(list.rawData, "X509 CRL")}\n`;
}

/** DER of a small non-negative integer. */
function encodeInteger(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  if ((bytes[0] ?? 0) > 127) bytes.unshift(0);
  return Uint8Array.from([2, bytes.length, ...bytes]);
}
