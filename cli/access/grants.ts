import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";
import { OperatorError } from "../errors.ts";
import { readRevocations } from "./revocation-list.ts";
import { readSerials } from "./serials.ts";
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

/** Names become a certificate's common name and a folder. Throws DMM_GRANT_NAME_INVALID. */
export function parseGrantName(text: string): string {
  if (!/^[A-Za-z][A-Za-z0-9._-]{0,39}$/.test(text))
    throw new OperatorError("DMM_GRANT_NAME_INVALID", { grant: text });
  return text;
}

export function isValid(grant: Grant, at = new Date()): boolean {
  return grant.revoked === undefined && Date.parse(grant.expires) > at.getTime();
}

/** The folder of a grant's files. */
export function grantFolder(directory: string, name: string): string {
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

/** The content of a grant's record: everything but the mark of a damaged one. */
export function renderGrant({ damaged: _, ...whole }: Grant): string {
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
