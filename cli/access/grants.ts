import { webcrypto } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readFileIfThere, replaceFile } from "../environment/file.ts";
import { OperatorError } from "../errors.ts";
import { type Authority, algorithm, createSerial, exportKey } from "./authority.ts";
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
  /** Serial numbers of certificates that this one renewed; revoking the grant means them too. */
  readonly renewed?: readonly string[];
}

/** The files that an insider uses. */
export interface GrantFiles {
  readonly certificate: string;
  readonly key: string;
  /** Certificate and key as PKCS #12, for browsers, and the password of it. */
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

/**
 * Issues a client certificate that ends by itself. An insider has one grant at a time: while one is valid another is
 * refused with DMM_GRANT_EXISTS, or renewed where that is asked for.
 */
export async function issueGrant(
  directory: string,
  authority: Authority,
  request: {
    readonly environment: string;
    readonly name: string;
    readonly lifetimeSeconds: number;
    readonly renew?: boolean;
  },
): Promise<Grant> {
  const { name, environment } = request;
  const earlier = readGrant(directory, name);
  const valid = earlier !== undefined && isValid(earlier) ? earlier : undefined;
  if (valid !== undefined && !request.renew) {
    throw new OperatorError("DMM_GRANT_EXISTS", { grant: name, name: environment, expires: valid.expires });
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const issued = new Date();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: createSerial(),
    issuer: authority.certificate.subjectName,
    subject: `CN=${name},O=${environment}`,
    // Clocks differ; a certificate that is valid only from this second on would be refused by a slow one.
    notBefore: new Date(issued.getTime() - 60_000),
    notAfter: new Date(issued.getTime() + request.lifetimeSeconds * 1000),
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
  const grant: Grant = {
    name,
    serial: certificate.serialNumber,
    issued: issued.toISOString(),
    // X.509 counts whole seconds.
    expires: certificate.notAfter.toISOString(),
    ...(valid && { renewed: [...(valid.renewed ?? []), valid.serial] }),
  };
  const files = grantFiles(directory, name);
  replaceFile(files.key, await exportKey(keys.privateKey as CryptoKey));
  replaceFile(files.certificate, `${certificate.toString("pem")}\n`);
  writeGrant(directory, grant);
  return grant;
}

export function isValid(grant: Grant, at = new Date()): boolean {
  return grant.revoked === undefined && Date.parse(grant.expires) > at.getTime();
}

export function grantFiles(directory: string, name: string): GrantFiles {
  const folder = join(directory, "grants", name);
  return {
    certificate: join(folder, "certificate.pem"),
    key: join(folder, "key.pem"),
    bundle: join(folder, "certificate.p12"),
    password: join(folder, "certificate.p12.password"),
    record: join(folder, "grant.json"),
  };
}

export function readGrant(directory: string, name: string): Grant | undefined {
  const text = readFileIfThere(grantFiles(directory, name).record);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Grant);
  } catch {
    // Damaged: its certificate can no longer be told apart, but down revokes all of them.
    return undefined;
  }
}

export function writeGrant(directory: string, grant: Grant): void {
  replaceFile(grantFiles(directory, grant.name).record, `${JSON.stringify(grant, null, 2)}\n`);
}

/** All grants ever made for the environment, by name. */
export function listGrants(directory: string): readonly Grant[] {
  let names: readonly string[];
  try {
    names = readdirSync(join(directory, "grants")).sort();
  } catch {
    return [];
  }
  return names.map((name) => readGrant(directory, name)).filter((grant) => grant !== undefined);
}
