import type { ApiErrorCode } from "../errors.ts";
import type { PresentedToken } from "../exchange/credentials.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { Reply } from "../redis/reply-parser.ts";
import type { ProofNonces } from "./nonces.ts";
import { findProofFault } from "./proof.ts";
import { ReplayMemory } from "./replay-memory.ts";
import { computeTokenKey, nameTombstone, readTag } from "./token-key.ts";

/** What the OAuth2 server keeps of an access token, as far as the request path needs it. */
export interface TokenRecord {
  readonly kind: "AccessToken" | "ClientCredentials";
  readonly clientId: string;
  /** Of the client, when the token was issued. */
  readonly clientInstance?: string;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly scope?: string;
  readonly accountId?: string;
  /** Thumbprint of the key that the token is bound to (RFC 9449). */
  readonly jkt?: string;
}

/** Looks tokens up at their primary, every time: what was revoked a moment ago must not pass. */
export class Tokens {
  readonly #primaries: Primaries;
  readonly #issuer: URL;
  readonly #memory: ReplayMemory;
  readonly #nonces: ProofNonces;

  /** The issuer is the platform's address as clients know it. */
  constructor(primaries: Primaries, issuer: URL, nonces: ProofNonces) {
    this.#primaries = primaries;
    this.#issuer = issuer;
    this.#memory = new ReplayMemory(primaries, { durable: false });
    this.#nonces = nonces;
  }

  /** @throws RedisUnavailableError when the primary cannot be asked */
  async find(token: string): Promise<TokenRecord | undefined> {
    const tag = readTag(token);
    if (tag === undefined) return undefined;
    const key = computeTokenKey(token);
    const reply = await this.#primaries.read(key, ["MGET", key, nameTombstone(tag)]);
    const [stored, tombstone] = reply as readonly Reply[];
    if (typeof stored !== "string" || tombstone !== null) return undefined;
    const record = JSON.parse(stored) as TokenRecord;
    return record.exp * 1000 > Date.now() ? record : undefined;
  }

  /**
   * Why a token that is bound to a key, or is shown as such, may not pass (RFC 9449 7.1): stolen alone, it is worth
   * nothing.
   *
   * @throws RedisUnavailableError when it cannot be told whether a proof was shown before
   */
  async checkBinding(
    exchange: Exchange,
    { token, bound }: PresentedToken,
    { jkt }: TokenRecord,
  ): Promise<ApiErrorCode | undefined> {
    if (jkt === undefined) return "DMM_GATEWAY_TOKEN_INVALID";
    if (bound !== true) return "DMM_GATEWAY_TOKEN_BOUND";
    const { head, request, response, route, target } = exchange;
    if (head.proof === undefined || head.proofs > 1) return "DMM_GATEWAY_PROOF_INVALID";
    const fault = await findProofFault(
      head.proof,
      {
        method: request.method!,
        origin: nameOrigin(this.#issuer, route!.host),
        path: target!.path,
        token,
        thumbprint: jkt,
      },
      { memory: this.#memory, nonces: this.#nonces },
    );
    // Where they are demanded it comes with every answer, so that nobody has to be refused for the next one.
    if (fault?.needsNonce === true || this.#nonces.demanded)
      response.setHeader("dpop-nonce", await this.#nonces.next());
    exchange.proofFault = fault?.reason;
    if (fault === undefined) return undefined;
    return fault.needsNonce === true ? "DMM_GATEWAY_PROOF_NONCE" : "DMM_GATEWAY_PROOF_INVALID";
  }
}

/**
 * Where clients find a route. Not where the request says that it was sent: somebody who was shown a token and its proof
 * elsewhere would name that place.
 */
function nameOrigin(issuer: URL, host: string | undefined): string {
  if (host === undefined) return issuer.origin;
  const url = new URL(issuer.origin);
  url.hostname = host;
  return url.origin;
}

/** The first scope of `wanted` that the token does not carry. */
export function findMissingScope(wanted: readonly string[], granted: string | undefined): string | undefined {
  if (wanted.length === 0) return undefined;
  const padded = ` ${granted ?? ""} `;
  for (const scope of wanted) if (!padded.includes(` ${scope} `)) return scope;
  return undefined;
}
