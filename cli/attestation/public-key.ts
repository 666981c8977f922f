import { createPublicKey, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { listFolder, readFileIfPresent } from "../../machine/files.ts";
import { OperatorError } from "../errors.ts";
import type { Home } from "../home.ts";
import { keyIdOf } from "./signing-key.ts";

/** A public key for verifying signatures, and its source. */
export interface PublicKey {
  readonly file: string;
  readonly key: KeyObject;
  readonly keyId: string;
}

/** Reads a public key in PEM. Throws DMM_KEY_UNREADABLE. */
export function readPublicKey(file: string): PublicKey {
  const text = readFileIfPresent(file);
  try {
    if (text === undefined) throw new Error("there is no such file");
    if (!text.includes("PUBLIC KEY")) throw new Error("it is not a public key in PEM");
    const key = createPublicKey(text);
    if (key.asymmetricKeyType !== "ed25519") throw new Error(`its type is ${key.asymmetricKeyType}`);
    return { file, key, keyId: keyIdOf(key) };
  } catch (cause) {
    const hint = "Name a file with an Ed25519 public key in PEM, such as .dmm-env/signing.pub.pem.";
    throw new OperatorError("DMM_KEY_UNREADABLE", { file, problem: (cause as Error).message, hint }, cause);
  }
}

/**
 * The public keys of this checkout: the current one and those of earlier proofs. A key beside an attestation is
 * not included, because a forger could replace both.
 */
export function readOwnKeys(home: Home): readonly PublicKey[] {
  const current = readFileIfPresent(home.publicKey) === undefined ? [] : [home.publicKey];
  const earlier = listFolder(home.teardowns)
    .filter(({ name }) => name.endsWith(".pub.pem"))
    .map(({ name }) => join(home.teardowns, name));
  return [...current, ...earlier].map(readPublicKey);
}
