import type Provider from "oidc-provider";
import { hashClientSecret, matchesClientSecret } from "../configuration/client-secret.ts";

/** The stored client secret is a keyed hash, so the presented one is hashed before the comparison. */
export function verifySecretsByHash(provider: Provider, key: string): void {
  const { prototype } = provider.Client as unknown as { prototype: ClientPrototype };
  prototype.compareClientSecret = function compare(presented) {
    return matchesClientSecret(this.clientSecret, hashClientSecret(key, this.clientId, presented));
  };
}

/** Authorization responses use the query only: one response mode, and none that needs a script. */
export function respondInQueryOnly(provider: Provider): void {
  const { prototype } = provider.Client as unknown as { prototype: ClientPrototype };
  // The library refuses other types right afterwards, with the proper error.
  prototype.responseModeAllowed = (mode, type) => mode === "query" || type !== "code";
}

interface ClientPrototype {
  readonly clientId: string;
  readonly clientSecret: string;
  responseModeAllowed(mode: string | undefined, type: string): boolean;
  compareClientSecret(this: ClientPrototype, presented: string): boolean;
}
