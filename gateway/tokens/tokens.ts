import type { ApiErrorCode } from "../errors.ts";
import type { PresentedToken } from "../exchange/credentials.ts";
import type { Routed } from "../exchange/exchange.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { Reply } from "../redis/reply-parser.ts";
import type { ProofNonces } from "./nonces.ts";
import { findProofFault } from "./proof.ts";
import { ReplayMemory } from "./replay-memory.ts";
import { computeTokenKey, nameTombstone, readTag } from "./token-key.ts";

/** The part of a stored access token that the request path needs. */
export interface TokenRecord {
  readonly kind: "AccessToken" | "ClientCredentials";
  readonly clientId: string;
  /** The client's instance when the token was issued. */
  readonly clientInstance?: string;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly scope?: string;
  readonly accountId?: string;
  /** Thumbprint of the key that the token is bound to (RFC 9449). */
  readonly jkt?: string;
}

/** Why a valid token is refused; `fault` states what is wrong with its proof, for the log. */
export interface BindingRefusal {
  readonly code: ApiErrorCode;
  readonly fault?: string;
}

/** Reads tokens from their primary every time: a token that was just revoked must not pass. */
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
   * Why a key-bound token, or one presented as such, is refused (RFC 9449 section 7.1): a stolen token alone is
   * worthless.
   *
   * @throws RedisUnavailableError when it cannot be determined whether a proof was replayed
   */
  async checkBinding(
    exchange: Routed,
    { token, bound }: PresentedToken,
    { jkt }: TokenRecord,
  ): Promise<BindingRefusal | undefined> {
    if (jkt === undefined) return { code: "DMM_GATEWAY_TOKEN_INVALID" };
    if (bound !== true) return { code: "DMM_GATEWAY_TOKEN_BOUND" };
    const { head, method, response, route, target } = exchange;
    if (head.proof === undefined || head.proofs > 1) return { code: "DMM_GATEWAY_PROOF_INVALID" };
    const fault = await findProofFault(
      head.proof,
      {
        method,
        origin: nameOrigin(this.#issuer, route.host),
        path: target.path,
        token,
        thumbprint: jkt,
      },
      { memory: this.#memory, nonces: this.#nonces },
    );
    // Where nonces are required every response carries one, so that no request has to be refused for the next one.
    if (fault?.needsNonce === true || this.#nonces.demanded)
      response.setHeader("dpop-nonce", await this.#nonces.next());
    if (fault === undefined) return undefined;
    const code = fault.needsNonce === true ? "DMM_GATEWAY_PROOF_NONCE" : "DMM_GATEWAY_PROOF_INVALID";
    return { code, fault: fault.reason };
  }
}

/**
 * The platform's own origin, not the one in the request: an attacker who received a token and its proof elsewhere
 * would name that place.
 */
function nameOrigin(issuer: URL, host: string | undefined): string {
  if (host === undefined) return issuer.origin;
  const url = new URL(issuer.origin);
  url.hostname = host;
  return url.origin;
}

/** The first scope of `wanted` that the token lacks. */
export function findMissingScope(wanted: readonly string[], granted: string | undefined): string | undefined {
  if (wanted.length === 0) return undefined;
  const padded = ` ${granted ?? ""} `;
  for (const scope of wanted) if (!padded.includes(` ${scope} `)) return scope;
  return undefined;
}
