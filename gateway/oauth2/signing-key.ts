import { createPrivateKey, generateKeyPairSync, hash, type webcrypto } from "node:crypto";

type JsonWebKey = webcrypto.JsonWebKey;

/** A private key as the OAuth2 server takes it. */
export interface SigningKey extends JsonWebKey {
  readonly kid: string;
  readonly alg: string;
  readonly use: "sig";
}

/** A new key for ES256. */
export function createSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return completeKey(privateKey.export({ format: "jwk" }));
}

/**
 * Reads a JWK set with private keys, the signing one first.
 *
 * @throws TypeError that says what is wrong, and nothing of the keys
 */
export function parseSigningKeys(text: string): readonly SigningKey[] {
  let set: { keys?: unknown };
  try {
    set = JSON.parse(text);
  } catch {
    throw new TypeError("is no JSON");
  }
  if (!Array.isArray(set?.keys) || set.keys.length === 0) throw new TypeError('has no "keys"');
  return set.keys.map((key: JsonWebKey, index) => {
    try {
      createPrivateKey({ key, format: "jwk" });
      return completeKey(key);
    } catch {
      throw new TypeError(`has no private EC key on P-256 at place ${index}`);
    }
  });
}

function completeKey(jwk: JsonWebKey): SigningKey {
  if (jwk.kty !== "EC" || jwk.crv !== "P-256") throw new TypeError("not an EC key on P-256");
  const { kid } = jwk as { kid?: unknown };
  return { ...jwk, kid: typeof kid === "string" ? kid : computeThumbprint(jwk), alg: "ES256", use: "sig" };
}

/** RFC 7638 for an EC key. */
function computeThumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return hash("sha256", JSON.stringify({ crv, kty, x, y }), "base64url");
}
