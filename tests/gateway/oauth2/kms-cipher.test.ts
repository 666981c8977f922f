import assert from "node:assert/strict";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { test } from "tap";
import { createKmsCipher } from "../../../gateway/oauth2/kms-cipher.ts";
import { createLocalCipher } from "../../../gateway/oauth2/local-cipher.ts";
import { installedTool } from "../../installed-tools.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedProcess } from "../started-process.ts";

const network = await reserveNetwork();

test("a key of AWS KMS encrypts signing keys, and decrypts nothing that other keys encrypted", async (context) => {
  const endpoint = `http://${network}.1.60:5000`;
  const moto = new StartedProcess(installedTool("moto").command, ["-H", `${network}.1.60`, "-p", "5000"]);
  context.teardown(() => moto.end());
  await waitUntil(
    "moto to respond",
    () =>
      fetch(`${endpoint}/moto-api/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    30_000,
  );
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  const { KeyMetadata } = await new KMSClient({}).send(new CreateKeyCommand({}));
  const kms = createKmsCipher(KeyMetadata!.KeyId!);
  const encrypted = await kms.encrypt("a private key");
  assert.match(encrypted, /^kms\.[A-Za-z0-9_-]+$/);
  assert.ok(!Buffer.from(encrypted.slice(4), "base64url").includes("a private key"));
  assert.equal(await kms.decrypt(encrypted), "a private key");
  const { KeyMetadata: other } = await new KMSClient({}).send(new CreateKeyCommand({}));
  assert.equal(
    await createKmsCipher(other!.KeyId!)
      .decrypt(encrypted)
      .catch(() => undefined),
    undefined,
  );
  assert.equal(await kms.decrypt(`kms.${Buffer.from("rubbish").toString("base64url")}`), undefined);
  const local = createLocalCipher("secret");
  assert.equal(await kms.decrypt(await local.encrypt("another")), undefined);
  assert.equal(await local.decrypt(encrypted), undefined);
});
