import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { awsLimits } from "../aws-timeouts.ts";
import type { Cipher } from "./local-cipher.ts";

const version = "kms";
/** Binds the ciphertext to its purpose: another use of the same KMS key cannot decrypt it. */
const context = { purpose: "dmm-env signing keys" };

/** KMS errors for a ciphertext of another key. */
const otherCipher: ReadonlySet<string> = new Set(["IncorrectKeyException", "InvalidCiphertextException"]);

/** A cipher whose key never leaves AWS KMS. A private key is far below the 4 KiB that KMS encrypts directly. */
export function createKmsCipher(keyId: string): Cipher {
  const client = new KMSClient(awsLimits);
  return {
    async encrypt(text) {
      const command = new EncryptCommand({
        KeyId: keyId,
        Plaintext: Buffer.from(text),
        EncryptionContext: context,
      });
      const { CiphertextBlob } = await client.send(command);
      return `${version}.${Buffer.from(CiphertextBlob!).toString("base64url")}`;
    },
    async decrypt(ciphertext) {
      if (!ciphertext.startsWith(`${version}.`)) return undefined;
      const command = new DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: Buffer.from(ciphertext.slice(version.length + 1), "base64url"),
        EncryptionContext: context,
      });
      try {
        const { Plaintext } = await client.send(command);
        return Buffer.from(Plaintext!).toString("utf8");
      } catch (error) {
        // Any other failure may be temporary: a key that cannot be decrypted now is not lost.
        if (otherCipher.has((error as Error).name)) return undefined;
        throw error;
      }
    },
  };
}
