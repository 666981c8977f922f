/** What the Authorization header is: a token, nothing, or something else. */
export type Credentials = PresentedToken | "missing" | "malformed";

export interface PresentedToken {
  readonly token: string;
  /** Shown as a token that is bound to a key (RFC 9449 7.1). */
  readonly bound?: true;
}

/** RFC 6750 2.1 and RFC 9449 7.1: the scheme in any case, spaces, and a token68. */
const presented = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Tokens of ours have 43 characters; whatever is far longer is not worth a look-up. */
const longestToken = 512;

/** `values` counts the header's occurrences: two of them have no single meaning. */
export function readCredentials(header: string | undefined, values: number): Credentials {
  if (header === undefined) return "missing";
  if (values > 1) return "malformed";
  const match = presented.exec(header);
  const token = match?.[2];
  if (token === undefined || token.length > longestToken) return "malformed";
  return match![1]!.length === 4 ? { token, bound: true } : { token };
}
