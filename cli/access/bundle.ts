import { randomBytes, webcrypto } from "node:crypto";
import { x509 } from "./x509.ts";

/** The password has 120 random bits, so more work per guess would add no protection. */
const encryption = {
  contentEncryptionAlgorithm: { name: "AES-CBC", length: 256 },
  hmacHashAlgorithm: "SHA-256",
  iterationCount: 2048,
} as const;

const bagIds = { key: "1.2.840.113549.1.12.10.1.2", certificate: "1.2.840.113549.1.12.10.1.3" } as const;
const attributeIds = { friendlyName: "1.2.840.113549.1.9.20", localKeyId: "1.2.840.113549.1.9.21" } as const;

/** A password for a bundle. */
export function createPassword(): string {
  return randomBytes(15).toString("base64url");
}

interface BundleContent {
  /** Display name of the certificate in a browser. */
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly password: string;
}

/** Renders certificate and key as one PKCS #12 file (RFC 7292), which browsers import. */
export async function renderBundle({ name, certificate, key, password }: BundleContent): Promise<Uint8Array> {
  const pki = await import("pkijs");
  const { BmpString, OctetString } = await import("asn1js");
  const [certificateDer] = x509.PemConverter.decode(certificate);
  const [keyDer] = x509.PemConverter.decode(key);
  if (certificateDer === undefined || keyDer === undefined) throw new Error(`the grant of ${name} is empty`);
  const id = await webcrypto.subtle.digest("SHA-1", certificateDer);
  const bagAttributes = [
    new pki.Attribute({ type: attributeIds.friendlyName, values: [new BmpString({ value: name })] }),
    // Links the key to its certificate.
    new pki.Attribute({ type: attributeIds.localKeyId, values: [new OctetString({ valueHex: id })] }),
  ];
  const secret = new TextEncoder().encode(password).buffer;
  const keyBag = new pki.PKCS8ShroudedKeyBag({ parsedValue: pki.PrivateKeyInfo.fromBER(keyDer) });
  await keyBag.makeInternalValues({ password: secret, ...encryption });
  const certificateBag = new pki.CertBag({ parsedValue: pki.Certificate.fromBER(certificateDer) });
  const contents = (bagId: string, bagValue: typeof keyBag | typeof certificateBag) =>
    new pki.SafeContents({ safeBags: [new pki.SafeBag({ bagId, bagValue, bagAttributes })] });
  const authenticatedSafe = new pki.AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        // The key is encrypted in its bag.
        { privacyMode: 0, value: contents(bagIds.key, keyBag) },
        { privacyMode: 1, value: contents(bagIds.certificate, certificateBag) },
      ],
    },
  });
  await authenticatedSafe.makeInternalValues({ safeContents: [{}, { password: secret, ...encryption }] });
  const bundle = new pki.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe } });
  await bundle.makeInternalValues({
    password: secret,
    iterations: encryption.iterationCount,
    pbkdf2HashAlgorithm: { name: "SHA-256" },
    hmacHashAlgorithm: "SHA-256",
  });
  return new Uint8Array(bundle.toSchema().toBER());
}
