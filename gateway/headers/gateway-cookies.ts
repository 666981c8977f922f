/**
 * Cookies of the OAuth2 server and of the admin site. They lie at `/` or below it, so a browser sends them to every API of
 * the same host, and an upstream there could set them. Names of upstreams' own cookies never begin like this; browsers
 * compare the prefix without regard to case.
 */
const gatewayCookie = /^\s*(?:__(?:host|secure)-)?(?:oauth2|dmm)-/i;

/** Name of a cookie as RFC 6265bis 4.1.3 has it: where it is secure, nobody but this host can set it. */
export function nameCookie(name: string, prefix: "__Host-" | "__Secure-", secure: boolean): string {
  return `${secure ? prefix : ""}oauth2-${name}`;
}

/** The value of `Cookie` as an upstream gets it; `undefined` when nothing is left. */
export function dropGatewayCookies(value: string): string | undefined {
  const pairs = value.split(";");
  const rest = pairs.filter((pair) => !gatewayCookie.test(pair));
  if (rest.length === pairs.length) return value;
  return rest.join(";").trim() || undefined;
}

/** Whether the value of an upstream's `Set-Cookie` would take the place of one of the gateway's. */
export function setsGatewayCookie(value: string): boolean {
  return gatewayCookie.test(value);
}
