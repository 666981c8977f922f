import { type webcrypto, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";
import type { Certificates } from "../region.ts";

/** The maximum for public authorities (CA/Browser Forum, until March 2026), as ACM's certificates have it. */
const validDays = 397;
const authorityDays = 3650;
const dayMs = 86_400_000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Loaded on demand: it takes a tenth of a second, which would delay the region's start. */
async function loadX509() {
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}

interface Authority {
  readonly certificate: import("@peculiar/x509").X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** The region's own authority, in place of Amazon's, and the server certificates that it signs. */
export class RegionCertificates implements Certificates {
  readonly authorityFile: string;
  readonly #directory: string;
  readonly #regionName: string;
  #authority: Promise<Authority> | undefined;

  constructor(directory: string, regionName: string) {
    this.#directory = join(directory, "certificates");
    this.#regionName = regionName;
    this.authorityFile = join(this.#directory, "authority.pem");
  }

  /** Creates the authority if there is none yet; its file exists when this resolves. */
  async prepare(): Promise<void> {
    this.#authority ??= this.#openAuthority();
    await this.#authority;
  }

  async issue(request: {
    readonly name: string;
    readonly dnsNames?: readonly string[];
    readonly addresses?: readonly string[];
  }): Promise<{ readonly certificateFile: string; readonly keyFile: string; readonly bundleFile: string }> {
    const folder = join(this.#directory, request.name.replace(/[^A-Za-z0-9._-]/g, "_"));
    const files = {
      certificateFile: join(folder, "certificate.pem"),
      keyFile: join(folder, "key.pem"),
      bundleFile: join(folder, "bundle.pem"),
    };
    const names = [
      ...(request.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
      ...(request.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
    ];
    if (covers(readFileIfPresent(files.bundleFile), names)) return files;
    await this.prepare();
    const { certificate, key } = await this.#sign(request.name, names);
    replaceFile(files.certificateFile, certificate);
    replaceFile(files.keyFile, key);
    // Written last: its presence means that all three are complete.
    replaceFile(files.bundleFile, `${certificate}${key}`);
    return files;
  }

  async #sign(name: string, names: readonly { type: "dns" | "ip"; value: string }[]) {
    const x509 = await loadX509();
    const authority = await (this.#authority ?? this.#openAuthority());
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: randomSerial(),
      subject: [{ CN: [(names[0]?.value ?? name).slice(0, 64)] }],
      issuer: authority.certificate.subject,
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + (validDays - 1) * dayMs),
      publicKey: keys.publicKey,
      signingKey: authority.key,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        // Both, as in ACM's: the nodes of a Redis cluster authenticate to each other with it.
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        new x509.SubjectAlternativeNameExtension([...names]),
        await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return { certificate: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
  }

  async #openAuthority(): Promise<Authority> {
    const x509 = await loadX509();
    const keyFile = join(this.#directory, "authority.key");
    const storedKey = readFileIfPresent(keyFile);
    const stored = readFileIfPresent(this.authorityFile);
    if (stored !== undefined && storedKey !== undefined) {
      const der = x509.PemConverter.decodeFirst(storedKey);
      const key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
      return { certificate: new x509.X509Certificate(stored), key };
    }
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: randomSerial(),
      name: [{ CN: [`${this.#regionName} local region authority`] }],
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + authorityDays * dayMs),
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    replaceFile(keyFile, await exportKey(keys.privateKey));
    replaceFile(this.authorityFile, `${certificate.toString("pem")}\n`);
    return { certificate, key: keys.privateKey };
  }
}

/** A stored certificate is reused while it covers all requested names and has half its lifetime left. */
function covers(pem: string | undefined, names: readonly { type: "dns" | "ip"; value: string }[]): boolean {
  if (pem === undefined) return false;
  const certificate = new X509Certificate(pem);
  if (certificate.validToDate.getTime() < Date.now() + (validDays / 2) * dayMs) return false;
  const stored = (certificate.subjectAltName ?? "").split(", ").sort();
  const wanted = names.map((name) => `${name.type === "dns" ? "DNS" : "IP Address"}:${name.value}`).sort();
  return stored.filter((name) => name !== "").join() === wanted.join();
}

/** Positive and at most 20 octets (RFC 5280 section 4.1.2.2). */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString("hex");
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
  const body = bytes.replace(/.{1,64}/g, "$&\n");
  return `-----BEGIN PRIVATE KEY-----\n${body}-----END PRIVATE KEY-----\n`;
}
