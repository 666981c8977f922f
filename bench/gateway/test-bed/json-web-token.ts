import { createHmac, type KeyObject, sign } from "node:crypto";

/** A JSON Web Token (RFC 7519) with the claims that every gateway here checks: client, expiry, scope. */
export function createToken(algorithm: "RS256" | "HS256", key: KeyObject, subject: string): string {
  const claims = {
    iss: "https://api.bench",
    sub: subject,
    aud: "api",
    exp: Math.floor(Date.now() / 1000) + 86_400,
    scope: "verify:read",
  };
  const signed = `${encode({ alg: algorithm, typ: "JWT", kid: "bench" })}.${encode(claims)}`;
  const signature =
    algorithm === "RS256"
      ? sign("sha256", Buffer.from(signed), key).toString("base64url")
      : createHmac("sha256", key).update(signed).digest("base64url");
  return `${signed}.${signature}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
