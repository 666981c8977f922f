import { randomBytes } from "node:crypto";
import { blob, optionalNumber, optionalText, requiredText, textMap } from "../input.ts";
import type { AwsRequest, Operations } from "../operation.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import { assertUsable, decrypt, encrypt, findKey, type KmsKey, keyOf, listKeys, putKey } from "./keys.ts";

/** Longest plaintext that KMS encrypts directly. */
const longestPlaintext = 4096;
const dayMs = 86_400_000;

function contextOf(request: AwsRequest) {
  return textMap(request, "EncryptionContext");
}

function describe(region: Region, key: KmsKey): Record<string, unknown> {
  const state = key.deletion !== undefined ? "PendingDeletion" : key.enabled ? "Enabled" : "Disabled";
  return {
    AWSAccountId: region.accountId,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: new Date(key.created),
    Enabled: key.enabled && key.deletion === undefined,
    Description: key.description,
    KeyUsage: "ENCRYPT_DECRYPT",
    KeyState: state,
    ...(key.deletion === undefined ? {} : { DeletionDate: new Date(key.deletion) }),
    Origin: "AWS_KMS",
    KeyManager: key.manager,
    CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
    KeySpec: "SYMMETRIC_DEFAULT",
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    MultiRegion: false,
  };
}

function dataKeyLength(request: AwsRequest): number {
  const spec = optionalText(request, "KeySpec");
  const length =
    spec === undefined ? optionalNumber(request, "NumberOfBytes") : { AES_256: 32, AES_128: 16 }[spec];
  if (length !== undefined && length >= 1 && length <= 1024) return length;
  throw new AwsError(
    "ValidationException",
    "GenerateDataKey wants KeySpec (AES_256, AES_128) or NumberOfBytes (1 to 1024).",
  );
}

function generateDataKey(
  region: Region,
  request: AwsRequest,
): { readonly plaintext: Buffer; readonly response: Record<string, unknown> } {
  const key = findKey(region, requiredText(request, "KeyId"));
  assertUsable(key);
  const plaintext = randomBytes(dataKeyLength(request));
  return {
    plaintext,
    response: { KeyId: key.arn, CiphertextBlob: encrypt(region, key, plaintext, contextOf(request)) },
  };
}

function change(state: Partial<KmsKey>, requires: (key: KmsKey) => void) {
  return async (region: Region, request: AwsRequest) => {
    const key = findKey(region, requiredText(request, "KeyId"));
    requires(key);
    putKey(region, { ...key, ...state });
    return {};
  };
}

/** A key pending deletion accepts no change except `CancelKeyDeletion`. */
function refusePending(key: KmsKey): void {
  if (key.deletion !== undefined)
    throw new AwsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
}

/** The cryptographic operations of KMS and those that change a key's state. */
export const kmsOperations: Operations = {
  async Encrypt(region, request) {
    const key = findKey(region, requiredText(request, "KeyId"));
    const plaintext = blob(request, "Plaintext");
    if (plaintext.length > longestPlaintext) {
      throw new AwsError(
        "ValidationException",
        `Plaintext has ${plaintext.length} bytes; at most ${longestPlaintext} are allowed.`,
      );
    }
    return {
      KeyId: key.arn,
      CiphertextBlob: encrypt(region, key, plaintext, contextOf(request)),
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    };
  },
  async Decrypt(region, request) {
    const ciphertext = blob(request, "CiphertextBlob");
    const key = keyOf(region, ciphertext);
    const wanted = optionalText(request, "KeyId");
    if (wanted !== undefined && findKey(region, wanted).keyId !== key.keyId) {
      throw new AwsError(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
      );
    }
    const plaintext = decrypt(region, ciphertext, contextOf(request));
    return { KeyId: key.arn, Plaintext: plaintext, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
  },
  async GenerateDataKey(region, request) {
    const { plaintext, response } = generateDataKey(region, request);
    return { ...response, Plaintext: plaintext };
  },
  async GenerateDataKeyWithoutPlaintext(region, request) {
    return generateDataKey(region, request).response;
  },
  async DescribeKey(region, request) {
    return { KeyMetadata: describe(region, findKey(region, requiredText(request, "KeyId"))) };
  },
  async ListKeys(region) {
    return { Keys: listKeys(region).map((key) => ({ KeyId: key.keyId, KeyArn: key.arn })), Truncated: false };
  },
  async ListAliases(region) {
    const aliases = region.resources.all("aws:kms/alias:Alias").map(({ id, outputs }) => ({
      AliasName: id,
      AliasArn: outputs.arn,
      TargetKeyId: findKey(region, id).keyId,
    }));
    return { Aliases: aliases, Truncated: false };
  },
  async GetKeyRotationStatus(region, request) {
    const key = findKey(region, requiredText(request, "KeyId"));
    const made = region.resources.get("aws:kms/key:Key", key.keyId);
    return { KeyId: key.arn, KeyRotationEnabled: made?.inputs.enableKeyRotation === true };
  },
  EnableKey: change({ enabled: true }, refusePending),
  DisableKey: change({ enabled: false }, refusePending),
  async ScheduleKeyDeletion(region, request) {
    const key = findKey(region, requiredText(request, "KeyId"));
    refusePending(key);
    const windowDays = optionalNumber(request, "PendingWindowInDays") ?? 30;
    if (windowDays < 7 || windowDays > 30) {
      throw new AwsError("ValidationException", `PendingWindowInDays is ${windowDays}; it must be 7 to 30.`);
    }
    const deletion = new Date(Date.now() + windowDays * dayMs);
    putKey(region, { ...key, enabled: false, deletion: deletion.toISOString() });
    return {
      KeyId: key.arn,
      DeletionDate: deletion,
      KeyState: "PendingDeletion",
      PendingWindowInDays: windowDays,
    };
  },
  async CancelKeyDeletion(region, request) {
    const key = findKey(region, requiredText(request, "KeyId"));
    const { deletion, ...kept } = key;
    if (deletion === undefined)
      throw new AwsError("KMSInvalidStateException", `${key.arn} is not pending deletion.`);
    putKey(region, { ...kept, enabled: false });
    return { KeyId: key.arn };
  },
};
