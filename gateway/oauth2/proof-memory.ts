import type Provider from "oidc-provider";
import type { ReplayMemory } from "../tokens/replay-memory.ts";

/** How far a proof's time may lie in the future, in seconds: for that much longer it has to be remembered. */
const proofAheadSeconds = 300;

/** The library looks first and writes then, which lets several copies of one proof pass at once. */
export function rememberProofs(provider: Provider, memory: ReplayMemory): void {
  const detection = provider.ReplayDetection as unknown as {
    unique(issuer: string, id: string, expiresAt: number): Promise<boolean>;
  };
  detection.unique = (issuer, id, expiresAt) =>
    memory.isFirst("oauth2", [issuer, id], expiresAt - Date.now() / 1000 + proofAheadSeconds);
}
