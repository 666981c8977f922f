import assert from "node:assert/strict";
import { test } from "tap";
import { createFirehoseDelivery } from "../../gateway/access-log/firehose.ts";
import { createKmsCipher } from "../../gateway/oauth2/kms-cipher.ts";
import { reserveNetwork } from "../loopback.ts";
import { startMuteServer } from "../repository/mute-server.ts";

const network = await reserveNetwork();

test("Firehose and KMS that never respond fail in the gateway within a time limit", {
  timeout: 60_000,
}, async (t) => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: await startMuteServer(t, `${network}.0.2`),
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  await Promise.all([
    assert.rejects(createFirehoseDelivery("logs")(["a line"]), { name: "TimeoutError" }),
    assert.rejects(createKmsCipher("alias/keys").encrypt("a key"), { name: "TimeoutError" }),
  ]);
});
