import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { statSync, writeFileSync } from "node:fs";
import { test } from "tap";
import { encode, ensureSigningKey, signStatement } from "../../cli/teardown/envelope.ts";
import { TemporaryHome } from "./temporary-home.ts";

test("a proof is verified with the public key alone, and no longer once a byte is changed", async () => {
  using folder = new TemporaryHome();
  const signer = ensureSigningKey(folder.home);
  const envelope = signStatement({ _type: "https://in-toto.io/Statement/v1", subject: [] }, signer);
  const payload = Buffer.from(envelope.payload, "base64");
  const signature = Buffer.from(envelope.signatures[0]!.sig, "base64");
  const publicKey = createPublicKey(signer.publicKeyPem);
  assert.ok(verify(null, encode(envelope.payloadType, payload), publicKey, signature));
  payload[2] = 0x20;
  assert.equal(verify(null, encode(envelope.payloadType, payload), publicKey, signature), false);
});

test("what is signed is the example of the DSSE specification", async () => {
  const example = "DSSEv1 29 http://example.com/HelloWorld 11 hello world";
  assert.equal(encode("http://example.com/HelloWorld", Buffer.from("hello world")).toString(), example);
});

test("the signing key is made once, for its owner only", async () => {
  using folder = new TemporaryHome();
  assert.equal(ensureSigningKey(folder.home).keyId, ensureSigningKey(folder.home).keyId);
  assert.equal(statSync(folder.home.signingKey).mode & 0o777, 0o600);
  writeFileSync(folder.home.signingKey, "cut");
  assert.throws(() => ensureSigningKey(folder.home), { code: "DMM_KEY_UNREADABLE" });
});
