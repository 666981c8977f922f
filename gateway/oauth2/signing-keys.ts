import { generateKeyPairSync } from "node:crypto";

/**
 * Keys of the server's signatures. Access tokens are opaque, so nothing that leaves the gateway is signed with them
 * yet; the library wants one all the same, and must not fall back to its public development keys.
 */
export function createSigningKeys() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig" } as { kty: string }] };
}
