import type ServerChallenge from "oidc-provider/lib/helpers/challenge.js";
import { deriveKey } from "../derived-key.ts";

/**
 * Nonces of DPoP proofs (RFC 9449 sections 8 and 9): they prevent proofs made in advance by someone who had a key
 * briefly. They are derived from a secret and the time, so every gateway knows those of the others and stores
 * none. One is valid for three to four minutes, at the OAuth2 server and at every API alike, which share one
 * origin.
 */
export class ProofNonces {
  /** 32 bytes; the library derives its nonces from it too. */
  readonly secret: Buffer;
  /**
   * Whether every proof needs one. Otherwise they serve clients with a wrong clock, and clients that still have
   * one.
   */
  readonly demanded: boolean;
  #challenge: Promise<ServerChallenge> | undefined;

  constructor(clientSecretKey: string, demanded: boolean) {
    this.demanded = demanded;
    this.secret = deriveKey(clientSecretKey, "dmm-env DPoP nonces");
  }

  /** The nonce for a client's next proof. */
  async next(): Promise<string> {
    return (await this.#load()).nextChallenge();
  }

  async isGood(nonce: string): Promise<boolean> {
    return (await this.#load()).checkChallenge(nonce);
  }

  #load(): Promise<ServerChallenge> {
    this.#challenge ??= import("oidc-provider/lib/helpers/challenge.js").then(
      ({ default: Challenge }) => new Challenge(this.secret, "DPoP"),
    );
    return this.#challenge;
  }
}
