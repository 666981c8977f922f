import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { statSync, writeFileSync } from "node:fs";
import { test } from "tap";
import { createSigner, ensureSigningKey } from "../../cli/attestation/signing-key.ts";
import { encodePreAuthentication, signStatement } from "../../verify/evidence/dsse.ts";
import { TemporaryHome } from "./temporary-home.ts";

test("a proof is verified with the public key alone, and fails once a byte is changed", async () => {
  using folder = new TemporaryHome();
  const key = ensureSigningKey(folder.home);
  const statement = { _type: "https://in-toto.io/Statement/v1", subject: [] };
  const envelope = await signStatement(statement, createSigner(key));
  const payload = Buffer.from(envelope.payload, "base64");
  const signature = Buffer.from(envelope.signatures[0]!.sig, "base64");
  const publicKey = createPublicKey(key.publicKeyPem);
  assert.ok(verify(null, encodePreAuthentication(envelope.payloadType, payload), publicKey, signature));
  payload[2] = 0x20;
  assert.equal(
    verify(null, encodePreAuthentication(envelope.payloadType, payload), publicKey, signature),
    false,
  );
});

test("the signing key is created once, for its owner only", async () => {
  using folder = new TemporaryHome();
  assert.equal(ensureSigningKey(folder.home).keyId, ensureSigningKey(folder.home).keyId);
  assert.equal(statSync(folder.home.signingKey).mode & 0o777, 0o600);
  writeFileSync(folder.home.signingKey, "cut");
  assert.throws(() => ensureSigningKey(folder.home), { code: "DMM_KEY_UNREADABLE" });
});
