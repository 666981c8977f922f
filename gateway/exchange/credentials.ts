/** Contents of the Authorization header: a token, nothing, or something else. */
export type Credentials = PresentedToken | "missing" | "malformed";

export interface PresentedToken {
  readonly token: string;
  /** Sent as a DPoP-bound token (RFC 9449 section 7.1). */
  readonly bound?: true;
}

/** RFC 6750 section 2.1 and RFC 9449 section 7.1: a case-insensitive scheme, spaces, and a token68. */
const presented = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Our tokens have 43 characters; much longer ones need no lookup. */
const longestToken = 512;

/** `values` counts the header's occurrences: two of them are ambiguous. */
export function readCredentials(header: string | undefined, values: number): Credentials {
  if (header === undefined) return "missing";
  if (values > 1) return "malformed";
  const match = presented.exec(header);
  const token = match?.[2];
  if (token === undefined || token.length > longestToken) return "malformed";
  return match![1]!.length === 4 ? { token, bound: true } : { token };
}
