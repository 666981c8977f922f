import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  CancelKeyDeletionCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { test } from "tap";
import { openEndpoint, type StartedEndpoint } from "./endpoint/started-endpoint.ts";

async function openKey(started: StartedEndpoint) {
  const key = await started.create("aws:kms/key:Key", "main", {
    description: "main",
    deletionWindowInDays: 7,
  });
  await started.create("aws:kms/alias:Alias", "main", { name: "alias/main", targetKeyId: key.id });
  return { key, KeyId: key.id, kms: new KMSClient(started.client), ssm: new SSMClient(started.client) };
}

test("a ciphertext is decrypted with its key and encryption context only", async () => {
  await using started = await openEndpoint();
  const { kms } = await openKey(started);
  const EncryptionContext = { purpose: "test", order: "any" };
  const encrypted = await kms.send(
    new EncryptCommand({ KeyId: "alias/main", Plaintext: Buffer.from("secret"), EncryptionContext }),
  );
  const CiphertextBlob = encrypted.CiphertextBlob ?? new Uint8Array();
  const opened = await kms.send(
    new DecryptCommand({ CiphertextBlob, EncryptionContext: { order: "any", purpose: "test" } }),
  );
  assert.equal(Buffer.from(opened.Plaintext ?? []).toString(), "secret");
  const refused = { name: "InvalidCiphertextException" };
  await assert.rejects(kms.send(new DecryptCommand({ CiphertextBlob })), refused);
  const bent = Buffer.from(CiphertextBlob);
  bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
  await assert.rejects(kms.send(new DecryptCommand({ CiphertextBlob: bent, EncryptionContext })), refused);
});

test("a disabled key and one pending deletion decrypt nothing", async () => {
  await using started = await openEndpoint();
  const { kms, key, KeyId } = await openKey(started);
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("secret") }));
  const decrypt = () => kms.send(new DecryptCommand({ CiphertextBlob }));
  await kms.send(new DisableKeyCommand({ KeyId }));
  await assert.rejects(decrypt(), { name: "DisabledException" });
  await kms.send(new EnableKeyCommand({ KeyId }));
  await decrypt();
  await started.remove(key);
  const described = await kms.send(new DescribeKeyCommand({ KeyId }));
  assert.equal(described.KeyMetadata?.KeyState, "PendingDeletion");
  await assert.rejects(decrypt(), { name: "KMSInvalidStateException" });
  await kms.send(new CancelKeyDeletionCommand({ KeyId }));
  await kms.send(new EnableKeyCommand({ KeyId }));
  await decrypt();
});

test("a data key is returned in clear text and encrypted, and both are the same", async () => {
  await using started = await openEndpoint();
  const { kms, KeyId } = await openKey(started);
  const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
  assert.equal(made.Plaintext?.length, 32);
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
  assert.deepEqual(opened.Plaintext, made.Plaintext);
});

test("a SecureString is encrypted at rest and needs its key for every read", async () => {
  await using started = await openEndpoint();
  const { kms, ssm, KeyId } = await openKey(started);
  const value = "correct horse battery staple";
  const inputs = { name: "/x/password", type: "SecureString", keyId: KeyId, value };
  const parameter = await started.create("aws:ssm/parameter:Parameter", "p", inputs);
  const read = (WithDecryption: boolean) =>
    ssm.send(new GetParameterCommand({ Name: "/x/password", WithDecryption }));
  assert.equal((await read(true)).Parameter?.Value, value);
  const shut = (await read(false)).Parameter?.Value ?? "";
  assert.notEqual(shut, value);
  const opened = await kms.send(
    new DecryptCommand({
      CiphertextBlob: Buffer.from(shut, "base64"),
      EncryptionContext: { PARAMETER_ARN: String(parameter.outputs.arn) },
    }),
  );
  assert.equal(Buffer.from(opened.Plaintext ?? []).toString(), value);
  await kms.send(new DisableKeyCommand({ KeyId }));
  await assert.rejects(read(true), { name: "DisabledException" });
  for (const name of readdirSync(started.region.directory, { recursive: true, encoding: "utf8" })) {
    const file = join(started.region.directory, name);
    if (!statSync(file).isFile()) continue;
    assert.doesNotMatch(readFileSync(file, "latin1"), /correct horse/, file);
    assert.equal(statSync(file).mode & 0o077, 0, file);
  }
});

test("parameters are put, listed by path and deleted through the API", async () => {
  await using started = await openEndpoint();
  const { ssm } = await openKey(started);
  for (const Name of ["/app/a", "/app/b/c", "/other"]) {
    await ssm.send(new PutParameterCommand({ Name, Value: `value of ${Name}`, Type: "String" }));
  }
  const put = new PutParameterCommand({ Name: "/app/a", Value: "new", Type: "String" });
  await assert.rejects(ssm.send(put), { name: "ParameterAlreadyExists" });
  const again = await ssm.send(new PutParameterCommand({ Name: "/app/a", Value: "new", Overwrite: true }));
  assert.equal(again.Version, 2);
  const flat = await ssm.send(new GetParametersByPathCommand({ Path: "/app" }));
  assert.deepEqual(
    flat.Parameters?.map(({ Name, Value }) => [Name, Value]),
    [["/app/a", "new"]],
  );
  const deep = await ssm.send(new GetParametersByPathCommand({ Path: "/app", Recursive: true }));
  assert.deepEqual(
    deep.Parameters?.map(({ Name }) => Name),
    ["/app/a", "/app/b/c"],
  );
  await ssm.send(new DeleteParameterCommand({ Name: "/app/a" }));
  const left = await ssm.send(new GetParametersCommand({ Names: ["/app/a", "/other"] }));
  assert.deepEqual(left.InvalidParameters, ["/app/a"]);
});

test("the names under which AWS publishes its images are found", async () => {
  await using started = await openEndpoint();
  const Name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
  const response = await new SSMClient(started.client).send(new GetParameterCommand({ Name }));
  assert.match(response.Parameter?.Value ?? "", /^ami-[0-9a-f]{17}$/);
});

test("reading a parameter detects changes by the API", async () => {
  await using started = await openEndpoint();
  const { ssm } = await openKey(started);
  const parameter = await started.create("aws:ssm/parameter:Parameter", "p", {
    name: "/x",
    type: "String",
    value: "a",
  });
  await ssm.send(new PutParameterCommand({ Name: "/x", Value: "b", Overwrite: true }));
  const { handlers } = await import("../../local/services.ts");
  const handler = handlers.find(({ type }) => type === parameter.type);
  assert.equal((await handler?.read?.(started.region, parameter))?.value, "b");
  await ssm.send(new DeleteParameterCommand({ Name: "/x" }));
  assert.equal(await handler?.read?.(started.region, parameter), undefined);
});
