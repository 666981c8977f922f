import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;

/** An operator's authority, like an environment's. */
export interface Insiders {
  readonly authority: string;
  issue(name: string, serial: string): Promise<{ readonly certificate: string; readonly key: string }>;
  revoke(serials: readonly string[]): Promise<string>;
}

export async function createInsiders(name = "insiders"): Promise<Insiders> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  let issued = 0;
  return {
    authority: `${authority.toString("pem")}\n`,
    async issue(subject, serialNumber) {
      const own = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber,
        subject: `CN=${subject}`,
        issuer: authority.subject,
        notBefore: new Date(Date.now() - dayMs),
        notAfter: new Date(Date.now() + dayMs),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
      });
      const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", own.privateKey)).toString("base64");
      return {
        certificate: certificate.toString("pem"),
        key: `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{1,64}/g, "$&\n")}-----END PRIVATE KEY-----\n`,
      };
    },
    async revoke(serials) {
      issued += 1;
      const list = await x509.X509CrlGenerator.create({
        issuer: authority.subject,
        thisUpdate: new Date(Date.now() - 1000 + issued),
        nextUpdate: new Date(Date.now() + dayMs),
        entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date() })),
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
      });
      return `${list.toString("pem")}\n`;
    },
  };
}
