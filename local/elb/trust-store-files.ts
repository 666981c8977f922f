import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { X509Crl } from "@peculiar/x509";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import { objectsOf as s3ObjectsOf } from "../s3/objects.ts";

/** A revocation list in a trust store; AWS copies it when it is added. */
export interface RevocationList {
  readonly id: number;
  readonly bucket: string;
  readonly key: string;
  readonly revokedEntries: number;
  readonly pem: string;
}

/** What a balancer needs of all lists of a trust store. */
export interface Revocations {
  /** The newest list of each issuer, PEM; empty if there is none. */
  readonly lists: string;
  /** Serial numbers of every list, as HAProxy writes them: upper case hexadecimal. */
  readonly serials: readonly string[];
}

/** The files of one trust store: the authorities' certificates, and its revocation lists by number. */
export class TrustStoreFiles {
  readonly directory: string;

  constructor(region: Region, name: string) {
    this.directory = join(region.directory, "trust-stores", name);
  }

  get authoritiesFile(): string {
    return join(this.directory, "authorities.pem");
  }

  writeAuthorities(pem: string): void {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    replaceFile(this.authoritiesFile, pem);
  }

  readLists(): readonly RevocationList[] {
    return JSON.parse(readFileIfPresent(this.#listsFile) ?? "[]") as RevocationList[];
  }

  writeLists(lists: readonly RevocationList[]): void {
    replaceFile(this.#listsFile, JSON.stringify(lists));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  get #listsFile(): string {
    return join(this.directory, "revocations.json");
  }
}

/** Reads the source of a trust store; throws AWS's error if it does not exist. */
export function readPem(region: Region, bucket: string, key: string, missing: string): string {
  const store = s3ObjectsOf(region);
  const body = store.hasBucket(bucket) ? store.read(bucket, key)?.body : undefined;
  if (!body) throw new AwsError(missing, `The specified S3 object s3://${bucket}/${key} was not found.`);
  return body.toString("utf8");
}

/** Number of certificates that a list revokes; throws AWS's error for an invalid list. */
export async function countRevoked(pem: string): Promise<number> {
  try {
    return (await parseLists(pem)).reduce((count, list) => count + list.entries.length, 0);
  } catch (cause) {
    throw new AwsError(
      "InvalidRevocationContent",
      `The specified revocation file is not valid: ${(cause as Error).message}`,
    );
  }
}

/** Merges the lists of a trust store for one balancer. */
export async function mergeRevocations(lists: readonly RevocationList[]): Promise<Revocations> {
  const parsed = (await Promise.all(lists.map((list) => parseLists(list.pem)))).flat();
  const newest = new Map<string, (typeof parsed)[number]>();
  for (const list of parsed) {
    const known = newest.get(list.issuer);
    if (!known || isNewer(list, known)) newest.set(list.issuer, list);
  }
  const serials = parsed.flatMap((list) => list.entries.map((entry) => normalizeSerial(entry.serialNumber)));
  return {
    lists: [...newest.values()].map(({ rawData }) => renderList(rawData)).join(""),
    serials: [...new Set(serials)].sort(),
  };
}

/** By CRL number (RFC 5280 section 5.2.3), which only grows; clocks may have been wrong. */
function isNewer(list: X509Crl, known: X509Crl): boolean {
  const [mine, other] = [numberOf(list), numberOf(known)];
  if (mine !== undefined && other !== undefined && mine !== other) return mine > other;
  return list.thisUpdate >= known.thisUpdate;
}

function numberOf(list: X509Crl): bigint | undefined {
  const extension = list.extensions.find(({ type }) => type === "2.5.29.20");
  if (extension === undefined) return undefined;
  return BigInt(`0x${Buffer.from(extension.value).subarray(2).toString("hex") || "0"}`);
}

/** OpenSSL requires the label of RFC 7468 section 6; others call it CRL. */
function renderList(der: ArrayBuffer): string {
  const body = Buffer.from(der)
    .toString("base64")
    .replace(/.{1,64}/g, "$&\n");
  return `-----BEGIN X509 CRL-----\n${body}-----END X509 CRL-----\n`;
}

async function parseLists(pem: string) {
  await import("reflect-metadata");
  const { PemConverter, X509Crl } = await import("@peculiar/x509");
  const lists = PemConverter.decode(pem);
  if (lists.length === 0) throw new Error("it holds no PEM block");
  return lists.map((der) => new X509Crl(der));
}

/** DER puts a zero byte before a number whose first bit is set; HAProxy shows the number without it. */
function normalizeSerial(hex: string): string {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return even.replace(/^(00)+(?=..)/, "").toUpperCase();
}
