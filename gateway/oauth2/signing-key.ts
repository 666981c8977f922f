import { createPrivateKey, generateKeyPair, type KeyObject, type webcrypto } from "node:crypto";
import { promisify } from "node:util";
import type { JWK } from "jose";
import type { idTokenAlgorithms } from "../configuration/bounds.ts";

type JsonWebKey = webcrypto.JsonWebKey;

export type SigningAlgorithm = (typeof idTokenAlgorithms)[number];

/**
 * A private key in the form that the OAuth2 server needs: for one algorithm, so that it cannot be used with
 * another.
 */
export interface SigningKey extends JsonWebKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: "sig";
}

/** A signing key that an operator supplied, with or without a name. */
export type SuppliedKey = Omit<SigningKey, "kid"> & { readonly kid?: string };

/**
 * Shorter keys are refused everywhere; longer ones cost a multiple at each login (NIST SP 800-57: sufficient until
 * 2030).
 */
const rsaBits = 2048;
const generate = promisify(generateKeyPair);

/** Creates a key in Node's thread pool, because an RSA key takes tens of milliseconds. */
export async function createSigningKey(algorithm: SigningAlgorithm): Promise<SigningKey> {
  const { privateKey } =
    algorithm === "RS256"
      ? await generate("rsa", { modulusLength: rsaBits })
      : await generate("ec", { namedCurve: "P-256" });
  return nameKey(describeKey(privateKey));
}

/**
 * Parses a JWK set with private keys, the signing one of each algorithm before its others.
 *
 * @throws TypeError that states the problem and nothing of the keys
 */
export function parseSigningKeys(text: string): readonly SuppliedKey[] {
  let set: { keys?: unknown };
  try {
    set = JSON.parse(text);
  } catch {
    throw new TypeError("is not valid JSON");
  }
  if (!Array.isArray(set?.keys) || set.keys.length === 0) throw new TypeError('has no "keys"');
  const keys = set.keys.map((key: JsonWebKey & { kid?: unknown }, index) => {
    try {
      const described = describeKey(createPrivateKey({ key, format: "jwk" }), key.kid);
      if (key.alg !== undefined && key.alg !== described.alg) throw new TypeError("for another algorithm");
      return described;
    } catch {
      throw new TypeError(
        `has no private key at place ${index} that is RSA with ${rsaBits} bits or more, for RS256, or EC on P-256, for ES256`,
      );
    }
  });
  if (new Set(keys.map(({ kid, x, n }) => kid ?? `${x ?? n}`)).size < keys.length)
    throw new TypeError('has two keys with the same "kid"');
  return keys;
}

/** Names a key without a name by its thumbprint (RFC 7638): the same for the private key and its public one. */
export async function nameKey({ kid, ...key }: SuppliedKey): Promise<SigningKey> {
  if (kid !== undefined) return { ...key, kid };
  const { calculateJwkThumbprint } = await import("jose");
  return { ...key, kid: await calculateJwkThumbprint(key as JWK) };
}

function describeKey(key: KeyObject, kid?: unknown): SuppliedKey {
  const alg = findAlgorithm(key);
  if (alg === undefined) throw new TypeError("no algorithm for this key");
  const jwk = key.export({ format: "jwk" }) as JsonWebKey;
  return { ...jwk, ...(typeof kid === "string" && kid !== "" ? { kid } : {}), alg, use: "sig" };
}

function findAlgorithm({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningAlgorithm | undefined {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === "rsa") return modulusLength >= rsaBits ? "RS256" : undefined;
  return asymmetricKeyType === "ec" && namedCurve === "prime256v1" ? "ES256" : undefined;
}
