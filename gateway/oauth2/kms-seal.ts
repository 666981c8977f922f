import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Seal } from "./sealing.ts";

const version = "kms";
/** Binds the ciphertext to what it is for: another use of the same KMS key cannot open it. */
const context = { purpose: "dmm-env signing keys" };

/** A seal whose key never leaves AWS KMS. A private key is far below the 4 KiB that KMS encrypts directly. */
export function createKmsSeal(keyId: string): Seal {
  const client = new KMSClient({});
  return {
    async close(text) {
      const command = new EncryptCommand({
        KeyId: keyId,
        Plaintext: Buffer.from(text),
        EncryptionContext: context,
      });
      const { CiphertextBlob } = await client.send(command);
      return `${version}.${Buffer.from(CiphertextBlob!).toString("base64url")}`;
    },
    async open(sealed) {
      if (!sealed.startsWith(`${version}.`)) return undefined;
      const { Plaintext } = await client.send(
        new DecryptCommand({
          KeyId: keyId,
          CiphertextBlob: Buffer.from(sealed.slice(version.length + 1), "base64url"),
          EncryptionContext: context,
        }),
      );
      return Buffer.from(Plaintext!).toString("utf8");
    },
  };
}
