import { randomBytes } from "node:crypto";
import { hashClientSecret } from "../configuration/client-secret.ts";

/** A client's secret at the only moment when it is known, and what is stored of it. */
export interface GeneratedSecret {
  /** 256 bits, in characters that survive forms and shells. */
  readonly text: string;
  readonly hash: string;
}

export function generateSecret(key: string, clientName: string): GeneratedSecret {
  const text = randomBytes(32).toString("base64url");
  return { text, hash: hashClientSecret(key, clientName, text) };
}
