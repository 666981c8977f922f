import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import type { CheckContext } from "../check.ts";
import { addEntry } from "../client/admin.ts";
import { readScope } from "../client/tokens.ts";

/**
 * A client that authenticates with its own key (RFC 7523), created for one check; the key never leaves this
 * process.
 */
export interface KeyClient {
  readonly id: string;
  readonly key: KeyObject;
}

export async function addKeyClient(context: CheckContext): Promise<KeyClient> {
  const id = context.uniqueName("client");
  const { publicKey, privateKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await addEntry(context, `clients/${id}`, {
    tokenEndpointAuthMethod: "private_key_jwt",
    jwks: { keys: [publicKey.export({ format: "jwk" })] },
    scopes: [readScope],
  });
  return { id, key };
}

/** One assertion, valid for a minute, and the form that requests a token with it. */
export function createAssertionForm(
  context: CheckContext,
  { id, key }: KeyClient,
): readonly (readonly [string, string])[] {
  const now = Math.floor(Date.now() / 1000);
  const audience = context.target.ingress.url;
  const claims = { iss: id, sub: id, aud: audience, jti: randomUUID(), iat: now, exp: now + 60 };
  const content = `${encode({ alg: "ES256" })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(content), { key, dsaEncoding: "ieee-p1363" });
  return [
    ["grant_type", "client_credentials"],
    ["scope", readScope],
    ["client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
    ["client_assertion", `${content}.${signature.toString("base64url")}`],
  ];
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
