import type Provider from "oidc-provider";
import { hashClientSecret, matchesClientSecret } from "../configuration/client-secret.ts";

/** The stored client secret is a keyed hash, so what is presented is hashed before it is compared. */
export function verifySecretsByHash(provider: Provider, key: string): void {
  const { prototype } = provider.Client as unknown as { prototype: ClientPrototype };
  prototype.compareClientSecret = function compare(presented) {
    return matchesClientSecret(this.clientSecret, hashClientSecret(key, this.clientId, presented));
  };
}

/** Codes travel in the query alone: one way to answer, and none that needs a script. */
export function respondInQueryOnly(provider: Provider): void {
  const { prototype } = provider.Client as unknown as { prototype: ClientPrototype };
  // Other types are refused in a moment, for what they are.
  prototype.responseModeAllowed = (mode, type) => mode === "query" || type !== "code";
}

interface ClientPrototype {
  readonly clientId: string;
  readonly clientSecret: string;
  responseModeAllowed(mode: string | undefined, type: string): boolean;
  compareClientSecret(this: ClientPrototype, presented: string): boolean;
}
