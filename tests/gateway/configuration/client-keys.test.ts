import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "tap";
import { normalizeKeys, validateKeys } from "../../../gateway/configuration/client-keys.ts";
import type { ClientKey } from "../../../gateway/configuration/document.ts";
import { Problems } from "../../../gateway/configuration/problems.ts";

type Pair = { publicKey: ClientKey; privateKey: ClientKey };
const format = { publicKeyEncoding: { format: "jwk" }, privateKeyEncoding: { format: "jwk" } };
const generate = (type: string, options = {}): Pair =>
  generateKeyPairSync(type as "rsa", { ...options, ...format } as never) as unknown as Pair;
const ec = generate("ec", { namedCurve: "P-256" });
const ed = generate("ed25519");
const rsa = generate("rsa", { modulusLength: 2048 });

function findMessages(...keys: readonly ClientKey[]): string[] {
  const problems = new Problems();
  validateKeys(normalizeKeys({ keys })!, problems.of("clients", "machine"));
  return problems.found.map(({ message }) => message);
}

test("public keys of every type that can sign assertions are accepted", async () => {
  assert.deepEqual(findMessages(ec.publicKey, ed.publicKey, rsa.publicKey), []);
  assert.deepEqual(findMessages({ ...rsa.publicKey, alg: "PS256", use: "sig", kid: "2027" }), []);
});

test("the order of a key set, and certificates in it, make no difference", async () => {
  const { kty, crv, x, y } = ec.publicKey;
  const written = normalizeKeys({ keys: [ec.publicKey, ed.publicKey] });
  const again = normalizeKeys({ keys: [ed.publicKey, { y, x5c: ["MII"], x, crv, kty, ext: true }] });
  assert.equal(JSON.stringify(again), JSON.stringify(written));
});

const { y: _y, ...withoutY } = ec.publicKey;
const wrong: Readonly<Record<string, readonly [ClientKey, RegExp]>> = {
  "a private EC key": [ec.privateKey, /is private or symmetric/],
  "a private RSA key": [rsa.privateKey, /is private or symmetric/],
  "a shared secret": [{ kty: "oct", k: "c2VjcmV0" }, /is private or symmetric/],
  "an unknown type": [{ kty: "AKP", alg: "ML-DSA-44", pub: "x" }, /unsupported type/],
  "a type that objects inherit": [{ kty: "constructor" }, /unsupported type/],
  "a type that is no text": [{ kty: ["RSA"], n: rsa.publicKey.n, e: "AQAB" }, /unsupported type/],
  "a key for encryption": [{ ...ec.publicKey, use: "enc" }, /not a signing key/],
  "an algorithm of another type": [{ ...ec.publicKey, alg: "RS256" }, /"alg"/],
  "an algorithm of shared secrets": [{ ...rsa.publicKey, alg: "HS256" }, /"alg"/],
  "a name that is none": [{ ...ec.publicKey, kid: { a: 1 } }, /"kid"/],
  "another curve": [generate("ec", { namedCurve: "P-384" }).publicKey, /unsupported curve/],
  "a key for agreement": [generate("x25519").publicKey, /unsupported curve/],
  "half a point": [withoutY, /not a valid JWK/],
  "a point beside its curve": [{ ...ec.publicKey, y: ec.publicKey.x }, /not a valid JWK/],
  "numbers in place of text": [{ ...ec.publicKey, x: 1 }, /not a valid JWK/],
  "characters that are no base64url": [{ ...ed.publicKey, x: `${ed.publicKey.x}==` }, /not a valid JWK/],
  "a short RSA key": [generate("rsa", { modulusLength: 1024 }).publicKey, /has 1024 bits/],
  "an RSA key that takes long": [
    { ...rsa.publicKey, n: Buffer.alloc(2048, 0xff).toString("base64url") },
    /has 16384 bits/,
  ],
  "an exponent that takes long": [{ ...rsa.publicKey, e: rsa.publicKey.n }, /65537/],
};

for (const [what, [key, expected]] of Object.entries(wrong))
  test(`${what} is refused, and not repeated`, async () => {
    const messages = findMessages(key);
    assert.equal(messages.length, 1, messages.join(" "));
    assert.match(messages[0]!, expected);
    for (const value of Object.values(key))
      if (typeof value === "string" && value.length > 9) assert.ok(!messages[0]!.includes(value));
  });

test("no key, too many, and duplicate names are refused", async () => {
  assert.match(findMessages()[0]!, /has 0 keys/);
  assert.match(findMessages(...Array.from({ length: 9 }, () => ec.publicKey))[0]!, /has 9 keys/);
  assert.match(findMessages({ ...ec.publicKey, kid: "a" }, { ...ed.publicKey, kid: "a" })[0]!, /same "kid"/);
});
