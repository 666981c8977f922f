import assert from "node:assert/strict";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { test } from "tap";
import { createKmsSeal } from "../../../gateway/oauth2/kms-seal.ts";
import { createLocalSeal } from "../../../gateway/oauth2/sealing.ts";
import { installedPart } from "../../installed-parts.ts";
import { reserveNetwork } from "../../loopback.ts";
import { StartedProcess, waitUntil } from "../started-process.ts";

const network = await reserveNetwork();

test("a key of AWS KMS seals signing keys, and opens nothing that others sealed", async (context) => {
  const endpoint = `http://${network}.1.60:5000`;
  const moto = new StartedProcess(installedPart("moto").command, ["-H", `${network}.1.60`, "-p", "5000"]);
  context.teardown(() => moto.end());
  await waitUntil(
    "moto answers",
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
  const seal = createKmsSeal(KeyMetadata!.KeyId!);
  const sealed = await seal.close("a private key");
  assert.match(sealed, /^kms\.[A-Za-z0-9_-]+$/);
  assert.ok(!Buffer.from(sealed.slice(4), "base64url").includes("a private key"));
  assert.equal(await seal.open(sealed), "a private key");
  const { KeyMetadata: other } = await new KMSClient({}).send(new CreateKeyCommand({}));
  assert.equal(
    await createKmsSeal(other!.KeyId!)
      .open(sealed)
      .catch(() => undefined),
    undefined,
  );
  assert.equal(await seal.open(`kms.${Buffer.from("rubbish").toString("base64url")}`), undefined);
  const local = createLocalSeal("secret");
  assert.equal(await seal.open(await local.close("another")), undefined);
  assert.equal(await local.open(sealed), undefined);
});
