import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";
import { AwsError } from "../operation.ts";
import { recordsOf } from "../record-store.ts";
import type { Region } from "../region.ts";

/** A key as KMS describes it. An AWS managed key is created at its first use. */
export interface KmsKey {
  readonly keyId: string;
  readonly arn: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly manager: "CUSTOMER" | "AWS";
  /** ISO 8601; AWS managed keys always exist. */
  readonly created: string;
  /** Set while the key is pending deletion, ISO 8601. */
  readonly deletion?: string;
}

export type EncryptionContext = Readonly<Record<string, string>>;

/** A key's state is stored apart from the program's resource: a key outlives it during the waiting period. */
const keys = recordsOf<KmsKey>("local:kms/key");
const aliasType = "aws:kms/alias:Alias";

function materialFile(region: Region, keyId: string): string {
  return join(region.directory, "kms", `${keyId}.key`);
}

/** Creates a key with 256 bits of key material, in a file that only its owner may read. */
export function createKey(region: Region, key: Omit<KmsKey, "arn" | "created">): KmsKey {
  const arn = `arn:aws:kms:${region.name}:${region.accountId}:key/${key.keyId}`;
  const made: KmsKey = { ...key, arn, created: new Date().toISOString() };
  replaceFile(materialFile(region, key.keyId), randomBytes(32).toString("base64"));
  putKey(region, made);
  return made;
}

export function putKey(region: Region, key: KmsKey): void {
  keys.put(region, key.keyId, key);
}

export function listKeys(region: Region): readonly KmsKey[] {
  return keys.all(region);
}

export function readKey(region: Region, keyId: string): KmsKey | undefined {
  const key = keys.get(region, keyId);
  if (key?.deletion === undefined || Date.parse(key.deletion) > Date.now()) return key;
  destroyKey(region, keyId);
  return undefined;
}

/** The key material is deleted: its ciphertexts can never be decrypted again. */
function destroyKey(region: Region, keyId: string): void {
  rmSync(materialFile(region, keyId), { force: true });
  keys.remove(region, keyId);
}

/**
 * Finds a key by id, ARN, alias name or alias ARN.
 *
 * @throws AwsError NotFoundException
 */
export function findKey(region: Region, reference: string): KmsKey {
  const name = reference.startsWith("arn:") ? reference.slice(reference.lastIndexOf(":") + 1) : reference;
  if (name.startsWith("alias/")) {
    const alias = region.resources.find(aliasType, ({ inputs }) => inputs.name === name);
    if (alias) return findKey(region, String(alias.outputs.targetKeyId));
    if (name.startsWith("alias/aws/")) return awsManagedKey(region, name.slice("alias/".length));
    throw new AwsError("NotFoundException", `Alias ${reference} is not found.`);
  }
  const key = readKey(region, name.replace(/^key\//, ""));
  if (!key) throw new AwsError("NotFoundException", `Key '${reference}' does not exist`);
  return key;
}

/** AWS managed keys such as `aws/ssm`, which AWS creates when the account first needs one. */
function awsManagedKey(region: Region, name: string): KmsKey {
  const keyId = `${name.replace("/", "-")}-managed`;
  const known = readKey(region, keyId);
  if (known) return known;
  return createKey(region, { keyId, description: `Default key of ${name}`, enabled: true, manager: "AWS" });
}

/** @throws AwsError DisabledException, KMSInvalidStateException */
export function assertUsable(key: KmsKey): void {
  if (key.deletion !== undefined) {
    throw new AwsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
  }
  if (!key.enabled) throw new AwsError("DisabledException", `${key.arn} is disabled.`);
}

/**
 * Ciphertext: version, length and name of the key, nonce, tag, then AES-256-GCM bound to the encryption context.
 */
const version = 1;

export function encrypt(
  region: Region,
  key: KmsKey,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Buffer {
  assertUsable(key);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", readMaterial(region, key), nonce).setAAD(bindingOf(context));
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const name = Buffer.from(key.keyId);
  return Buffer.concat([Buffer.from([version, name.length]), name, nonce, cipher.getAuthTag(), encrypted]);
}

/** The key named in a ciphertext. @throws AwsError InvalidCiphertextException */
export function keyOf(region: Region, ciphertext: Uint8Array): KmsKey {
  const key =
    ciphertext[0] === version
      ? readKey(region, Buffer.from(ciphertext).toString("utf8", 2, 2 + (ciphertext[1] ?? 0)))
      : undefined;
  if (!key)
    throw new AwsError("InvalidCiphertextException", "The ciphertext refers to a key that does not exist.");
  return key;
}

/** @throws AwsError InvalidCiphertextException if content, key or encryption context differ */
export function decrypt(region: Region, ciphertext: Uint8Array, context: EncryptionContext): Buffer {
  const key = keyOf(region, ciphertext);
  assertUsable(key);
  const bytes = Buffer.from(ciphertext).subarray(2 + key.keyId.length);
  try {
    const decipher = createDecipheriv("aes-256-gcm", readMaterial(region, key), bytes.subarray(0, 12));
    decipher.setAAD(bindingOf(context)).setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  } catch (cause) {
    throw Object.assign(
      new AwsError(
        "InvalidCiphertextException",
        "The ciphertext or its encryption context is not what was encrypted.",
      ),
      { cause },
    );
  }
}

function readMaterial(region: Region, key: KmsKey): Buffer {
  const stored = readFileIfPresent(materialFile(region, key.keyId));
  if (stored === undefined)
    throw new AwsError("KMSInternalException", `The material of ${key.arn} is gone.`, 500);
  return Buffer.from(stored, "base64");
}

/** The context's order does not matter; JSON keeps two contexts distinct whatever their names contain. */
function bindingOf(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}
