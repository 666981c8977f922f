import type { Primaries } from "../redis/primaries.ts";
import { computeTokenKey } from "./token-key.ts";

/** What the OAuth2 server keeps of an access token, as far as the request path needs it. */
export interface TokenRecord {
  readonly kind: "AccessToken" | "ClientCredentials";
  readonly clientId: string;
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

  constructor(primaries: Primaries) {
    this.#primaries = primaries;
  }

  /** @throws RedisUnavailableError when the primary cannot be asked */
  async find(token: string): Promise<TokenRecord | undefined> {
    const key = computeTokenKey(token);
    const stored = await this.#primaries.read(key, ["GET", key]);
    if (typeof stored !== "string") return undefined;
    const record = JSON.parse(stored) as TokenRecord;
    return record.exp * 1000 > Date.now() ? record : undefined;
  }
}

/** The first scope of `wanted` that the token does not carry. */
export function findMissingScope(wanted: readonly string[], granted: string | undefined): string | undefined {
  if (wanted.length === 0) return undefined;
  const padded = ` ${granted ?? ""} `;
  for (const scope of wanted) if (!padded.includes(` ${scope} `)) return scope;
  return undefined;
}
