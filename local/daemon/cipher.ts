import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";

const keyBytes = 32;

/**
 * Encrypts what the region stores: resources contain passwords, and no file of an environment may contain one in
 * clear text. AES-256-GCM; the encrypted form is nonce, tag and ciphertext in base64.
 */
export class Cipher {
  readonly #key: Buffer;

  constructor(directory: string) {
    const file = join(directory, "resources.key");
    const stored = readFileIfPresent(file);
    const key = Buffer.from(stored ?? "", "base64");
    // An edited key decrypts nothing, which the journal's reader finds line by line.
    this.#key = key.length === keyBytes ? key : randomBytes(keyBytes);
    if (this.#key !== key) replaceFile(file, this.#key.toString("base64"));
  }

  encrypt(value: unknown): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const encrypted = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString("base64");
  }

  open(text: string): unknown {
    const bytes = Buffer.from(text, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return JSON.parse(
      Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8"),
    );
  }
}
