import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { createFile, readFileIfPresent, replaceFile } from "../../machine/files.ts";
import type { Signer } from "../../verify/evidence/dsse.ts";
import { OperatorError } from "../errors.ts";
import type { Home } from "../home.ts";

/** The signer: an Ed25519 key of this checkout, and the id of its public half. */
export interface SigningKey {
  readonly key: KeyObject;
  /** SHA-256 of the public key (DER, SPKI), in hexadecimal. */
  readonly keyId: string;
  readonly publicKeyPem: string;
}

/** Reads the checkout's signing key, or creates it, with its public half beside it. Throws DMM_KEY_UNREADABLE. */
export function ensureSigningKey(home: Home): SigningKey {
  if (readFileIfPresent(home.signingKey) === undefined) {
    const { privateKey } = generateKeyPairSync("ed25519");
    createFile(home.signingKey, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  }
  const signer = readSigningKey(home);
  if (readFileIfPresent(home.publicKey) !== signer.publicKeyPem)
    replaceFile(home.publicKey, signer.publicKeyPem);
  return signer;
}

function readSigningKey(home: Home): SigningKey {
  try {
    const key = createPrivateKey(readFileIfPresent(home.signingKey) ?? "");
    const publicKey = createPublicKey(key);
    const publicKeyPem = publicKey.export({ type: "spki", format: "pem" }).toString();
    return { key, keyId: keyIdOf(publicKey), publicKeyPem };
  } catch (cause) {
    const hint = "Remove the file; a new key is made. Earlier proofs stay valid under their own.";
    throw new OperatorError(
      "DMM_KEY_UNREADABLE",
      { file: home.signingKey, problem: (cause as Error).message, hint },
      cause,
    );
  }
}

/** The id of a public key: the SHA-256 of its DER form (SPKI), in hexadecimal. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/** Name of the public key file beside a signed file. */
export function publicKeyFileOf({ keyId }: Pick<SigningKey, "keyId">): string {
  return `${keyId.slice(0, 16)}.pub.pem`;
}

/** A signer that uses this key without revealing it. */
export function createSigner({ key, keyId }: SigningKey): Signer {
  return async (payload) => ({ keyid: keyId, sig: sign(null, payload, key).toString("base64") });
}
