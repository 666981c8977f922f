import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { deriveKey } from "../derived-key.ts";

/**
 * Encrypts private keys, so that the database or a copy of it does not reveal them. A company can replace it by
 * its own vault.
 */
export interface Cipher {
  encrypt(text: string): Promise<string>;
  /** `undefined` when it was encrypted under another key. */
  decrypt(ciphertext: string): Promise<string | undefined>;
}

const version = "v1";
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM under a key derived from a secret that the gateways have and the database does not. */
export function createLocalCipher(secret: string): Cipher {
  const key = deriveKey(secret, "dmm-env signing keys");
  return {
    async encrypt(text) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url")}`;
    },
    async decrypt(ciphertext) {
      if (!ciphertext.startsWith(`${version}.`)) return undefined;
      const bytes = Buffer.from(ciphertext.slice(version.length + 1), "base64url");
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes));
        decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        const body = bytes.subarray(nonceBytes + tagBytes);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
