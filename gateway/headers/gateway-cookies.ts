/**
 * Cookies of the OAuth2 server and of the admin site. Their paths start at `/`, so a browser sends them to every
 * API of the same host, and an upstream there could set them. Upstreams' own cookies never use these names;
 * browsers compare the prefix case-insensitively.
 */
const gatewayCookie = /^\s*(?:__(?:host|secure)-)?(?:oauth2|dmm)-/i;

/** Cookie name with a prefix (RFC 6265bis section 4.1.3): when secure, only this host can set it. */
export function nameCookie(name: string, prefix: "__Host-" | "__Secure-", secure: boolean): string {
  return `${secure ? prefix : ""}oauth2-${name}`;
}

/** The `Cookie` value for an upstream; `undefined` when nothing remains. */
export function dropGatewayCookies(value: string): string | undefined {
  const pairs = value.split(";");
  const rest = pairs.filter((pair) => !gatewayCookie.test(pair));
  if (rest.length === pairs.length) return value;
  return rest.join(";").trim() || undefined;
}

/** Whether an upstream's `Set-Cookie` would replace one of the gateway's cookies. */
export function setsGatewayCookie(value: string): boolean {
  return gatewayCookie.test(value);
}
