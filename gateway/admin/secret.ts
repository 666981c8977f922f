import { randomBytes } from "node:crypto";
import { hashClientSecret } from "../configuration/client-secret.ts";

/** A new client secret, with the hash that is stored. The text is not available again. */
export interface GeneratedSecret {
  /** 256 bits, in characters that are safe in forms and shells. */
  readonly text: string;
  readonly hash: string;
}

export function generateSecret(key: string, clientName: string): GeneratedSecret {
  const text = randomBytes(32).toString("base64url");
  return { text, hash: hashClientSecret(key, clientName, text) };
}
