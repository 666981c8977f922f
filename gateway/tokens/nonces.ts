import type ServerChallenge from "oidc-provider/lib/helpers/challenge.js";
import { deriveKey } from "../derived-key.ts";

/**
 * Nonces of DPoP proofs (RFC 9449 8 and 9): who made proofs ahead, while holding a key for a moment, cannot have known
 * them. They follow from a secret and the time, so every gateway knows those of every other one and stores none. One is
 * good for three to four minutes, at the OAuth2 server and at every API alike, which have one origin.
 */
export class ProofNonces {
  /** Of 32 bytes; the library makes its nonces of it too. */
  readonly secret: Buffer;
  /** Whether every proof needs one. Otherwise they are for clients whose clock is wrong, and for who still has one. */
  readonly demanded: boolean;
  #challenge: Promise<ServerChallenge> | undefined;

  constructor(clientSecretKey: string, demanded: boolean) {
    this.demanded = demanded;
    this.secret = deriveKey(clientSecretKey, "dmm-env DPoP nonces");
  }

  /** What a client is to put into its next proof. */
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
