import { webcrypto } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";

import { OperatorError } from "../errors.ts";
import { type Authority, algorithm, createSerial, exportKey } from "./authority.ts";
import { createPassword, renderBundle } from "./bundle.ts";
import { placeGrantFolder } from "./grant-folder.ts";
import { readRevocations } from "./revocation-list.ts";
import { readSerials, recordSerial } from "./serials.ts";
import { x509 } from "./x509.ts";

/** The expiring permission of one insider. */
export interface Grant {
  readonly name: string;
  /** Serial number of its certificate, in hexadecimal. */
  readonly serial: string;
  /** ISO 8601. */
  readonly issued: string;
  readonly expires: string;
  readonly revoked?: string;
  /** Serial numbers of certificates that this one renewed; revoking the grant includes them. */
  readonly renewed?: readonly string[];
  /** True if its file cannot be read: the data comes from the register of serials or the certificate. */
  readonly damaged?: boolean;
}

/** The files that an insider uses. */
export interface GrantFiles {
  readonly certificate: string;
  readonly key: string;
  /** Certificate and key as PKCS #12, for browsers, and its password. */
  readonly bundle: string;
  readonly password: string;
  readonly record: string;
}

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

/** Names become a certificate's common name and a folder. Throws DMM_GRANT_NAME_INVALID. */
export function parseGrantName(text: string): string {
  if (!/^[A-Za-z][A-Za-z0-9._-]{0,39}$/.test(text))
    throw new OperatorError("DMM_GRANT_NAME_INVALID", { grant: text });
  return text;
}

/**
 * Issues a client certificate that expires automatically, with everything that an insider needs in its folder. An
 * insider has one grant at a time: while one is valid another is refused with DMM_GRANT_EXISTS, or renewed on
 * request.
 */
export async function issueGrant(
  directory: string,
  authority: Authority,
  request: CertificateRequest & { readonly renew?: boolean },
): Promise<Grant> {
  const { name, environment } = request;
  const earlier = readGrant(directory, name);
  const valid = earlier !== undefined && isValid(earlier) ? earlier : undefined;
  if (valid !== undefined && !request.renew) {
    throw new OperatorError("DMM_GRANT_EXISTS", { grant: name, name: environment, expires: valid.expires });
  }
  const issued = await issueCertificate(directory, authority, request);
  const grant: Grant = {
    name,
    serial: issued.serial,
    issued: new Date().toISOString(),
    expires: issued.expires,
    ...(valid && { renewed: [...(valid.renewed ?? []), valid.serial] }),
  };
  const { certificate, key } = issued;
  const password = createPassword();
  const files = grantFiles(directory, name);
  placeGrantFolder(grantFolder(directory, name), issued.serial, {
    [basename(files.key)]: key,
    [basename(files.certificate)]: certificate,
    [basename(files.bundle)]: await renderBundle({ name, certificate, key, password }),
    [basename(files.password)]: `${password}\n`,
    [basename(files.record)]: renderGrant(grant),
  });
  return grant;
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

export function isValid(grant: Grant, at = new Date()): boolean {
  return grant.revoked === undefined && Date.parse(grant.expires) > at.getTime();
}

function grantFolder(directory: string, name: string): string {
  return join(directory, "grants", name);
}

export function grantFiles(directory: string, name: string): GrantFiles {
  const folder = grantFolder(directory, name);
  return {
    certificate: join(folder, "certificate.pem"),
    key: join(folder, "key.pem"),
    bundle: join(folder, "certificate.p12"),
    password: join(folder, "certificate.p12.password"),
    record: join(folder, "grant.json"),
  };
}

/** Whether an insider has every file of a grant: one from an earlier version may lack some. */
export function hasEveryFile(directory: string, name: string): boolean {
  return Object.values(grantFiles(directory, name)).every((file) => existsSync(file));
}

export function readGrant(directory: string, name: string): Grant | undefined {
  const text = readFileIfPresent(grantFiles(directory, name).record);
  try {
    if (text !== undefined) {
      const grant = JSON.parse(text) as Partial<Grant> | null;
      if (typeof grant?.serial === "string" && grant.name === name) return grant as Grant;
    }
  } catch {
    // Damaged.
  }
  return recoverGrant(directory, name);
}

/** A grant whose file is damaged or missing still has a valid certificate. */
function recoverGrant(directory: string, name: string): Grant | undefined {
  const serials = readSerials(directory).filter((issued) => issued.name === name && !issued.check);
  const last = serials.at(-1) ?? readCertificate(grantFiles(directory, name).certificate);
  if (last === undefined) return undefined;
  const renewed = serials.slice(0, -1).map(({ serial }) => serial);
  const revoked = readRevocations(directory).entries.find(({ serial }) => serial === last.serial)?.at;
  const known = { name, serial: last.serial, issued: "", expires: last.expires, damaged: true, renewed };
  return { ...known, ...(revoked !== undefined && { revoked }) };
}

function readCertificate(file: string): { readonly serial: string; readonly expires: string } | undefined {
  try {
    const certificate = new x509.X509Certificate(readFileIfPresent(file) ?? "");
    return { serial: certificate.serialNumber, expires: certificate.notAfter.toISOString() };
  } catch {
    return undefined;
  }
}

export function writeGrant(directory: string, grant: Grant): void {
  replaceFile(grantFiles(directory, grant.name).record, renderGrant(grant));
}

function renderGrant({ damaged: _, ...whole }: Grant): string {
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** All grants ever created for the environment, by name, including those whose files were damaged or removed. */
export function listGrants(directory: string): readonly Grant[] {
  const registered = readSerials(directory).filter(({ check }) => !check);
  const names = new Set([...listFolders(directory), ...registered.map(({ name }) => name)]);
  return [...names]
    .sort()
    .map((name) => readGrant(directory, name))
    .filter((grant) => grant !== undefined);
}

function listFolders(directory: string): readonly string[] {
  try {
    return readdirSync(join(directory, "grants")).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}
