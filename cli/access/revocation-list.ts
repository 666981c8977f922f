import { join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";
import { type Authority, algorithm } from "./authority.ts";
import { x509 } from "./x509.ts";

/** The revoked certificates. The list only grows: an expired certificate on it does no harm. */
export interface Revocations {
  /** Number of the newest list (RFC 5280 section 5.2.3); each list has a higher one than the previous. */
  readonly number: number;
  readonly entries: readonly { readonly serial: string; readonly at: string }[];
  /**
   * The load balancer's name of the list that was published last, other than the first, which the program created.
   */
  readonly published?: string;
  /** Number of that list; lower than `number` if a later one could not be published yet. */
  readonly publishedNumber?: number;
}

const crlNumberOid = "2.5.29.20";

export function readRevocations(directory: string): Revocations {
  const text = readFileIfPresent(join(directory, "revocations.json"));
  if (text === undefined) return { number: 0, entries: [] };
  try {
    const value = JSON.parse(text) as Revocations | null;
    if (Number.isInteger(value?.number) && Array.isArray(value?.entries)) return value as Revocations;
  } catch {
    // Damaged: the list itself has all data.
  }
  return recoverRevocations(directory);
}

/** From the newest signed list. Without that too, a number that no earlier list can have had. */
function recoverRevocations(directory: string): Revocations {
  try {
    const list = new x509.X509Crl(readFileIfPresent(join(directory, "revoked.pem")) ?? "");
    const entries = list.entries.map(({ serialNumber, revocationDate }) => ({
      serial: serialNumber,
      at: revocationDate.toISOString(),
    }));
    return { number: readListNumber(list), entries };
  } catch {
    return { number: Math.floor(Date.now() / 1000), entries: [] };
  }
}

/** The CRL number extension is a DER integer (RFC 5280 section 5.2.3). */
function readListNumber(list: x509.X509Crl): number {
  const extension = list.extensions.find(({ type }) => type === crlNumberOid);
  const bytes = Buffer.from(extension?.value ?? new ArrayBuffer(0)).subarray(2);
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

export function writeRevocations(directory: string, revocations: Revocations): void {
  replaceFile(join(directory, "revocations.json"), `${JSON.stringify(revocations, null, 2)}\n`);
}

/** The first, empty list as PEM: part of the configuration, so it never changes during the environment's life. */
export async function ensureFirstList(directory: string, authority: Authority): Promise<string> {
  const file = join(directory, "revoked-0.pem");
  const earlier = readFileIfPresent(file);
  if (earlier !== undefined) return earlier;
  const list = await createRevocationList(authority, { number: 0, entries: [] });
  replaceFile(file, list);
  return list;
}

/** A signed certificate revocation list as PEM. */
export async function createRevocationList(authority: Authority, revocations: Revocations): Promise<string> {
  const { notBefore, notAfter } = authority.certificate;
  const list = await x509.X509CrlGenerator.create({
    issuer: authority.certificate.subjectName,
    thisUpdate: beginOf(notBefore, revocations.number),
    nextUpdate: notAfter,
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
  // RFC 7468 section 7; OpenSSL does not know the library's label.
  return `${x509.PemConverter.encode(list.rawData, "X509 CRL")}\n`;
}

/**
 * Start of a list's validity: one second later for each number, so that the newest list has the latest time,
 * independent of this machine's clock. A clock that is once ahead would create a list that is not valid yet, and
 * every client would be refused. It ends with its authority: an expired list would close the ingress.
 */
function beginOf(notBefore: Date, number: number): Date {
  const latest = Math.max(notBefore.getTime(), Date.now() - 5_000);
  return new Date(Math.min(notBefore.getTime() + number * 1000, latest));
}

/** DER of a small non-negative integer. */
function encodeInteger(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  if ((bytes[0] ?? 0) > 127) bytes.unshift(0);
  return Uint8Array.from([2, bytes.length, ...bytes]);
}
