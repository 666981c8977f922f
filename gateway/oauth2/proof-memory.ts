import type Provider from "oidc-provider";
import type { ReplayMemory } from "../tokens/replay-memory.ts";

/** Accepted clock skew of a proof, in seconds; the proof must be remembered that much longer. */
const proofAheadSeconds = 300;

/** The library checks first and writes later, which lets concurrent copies of one proof pass. */
export function rememberProofs(provider: Provider, memory: ReplayMemory): void {
  const detection = provider.ReplayDetection as unknown as {
    unique(issuer: string, id: string, expiresAt: number): Promise<boolean>;
  };
  detection.unique = (issuer, id, expiresAt) =>
    memory.isFirst("oauth2", [issuer, id], expiresAt - Date.now() / 1000 + proofAheadSeconds);
}
