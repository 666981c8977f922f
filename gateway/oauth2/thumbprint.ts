import { hash } from "node:crypto";

/** Required members of a key, by its type and in the order of RFC 7638 section 3.2. */
const required: Readonly<Record<string, readonly string[]>> = {
  EC: ["crv", "kty", "x", "y"],
  OKP: ["crv", "kty", "x"],
  RSA: ["e", "kty", "n"],
};

/** RFC 7638: the same for a private key and its public one. */
export function computeThumbprint(jwk: Readonly<Record<string, unknown>>): string {
  const members = required[String(jwk.kty)] ?? [];
  return hash(
    "sha256",
    JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]]))),
    "base64url",
  );
}
