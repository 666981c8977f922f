/** What the Authorization header is: a bearer token, nothing, or something else. */
export type Credentials = { readonly token: string } | "missing" | "malformed";

/** RFC 6750 2.1: the scheme in any case, spaces, and a b64token. */
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Tokens of ours have 43 characters; whatever is far longer is not worth a look-up. */
const longestToken = 512;

/** `values` counts the header's occurrences: two of them have no single meaning. */
export function readCredentials(header: string | undefined, values: number): Credentials {
  if (header === undefined) return "missing";
  if (values > 1) return "malformed";
  const token = bearer.exec(header)?.[1];
  return token === undefined || token.length > longestToken ? "malformed" : { token };
}
