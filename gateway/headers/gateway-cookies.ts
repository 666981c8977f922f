/**
 * Cookies of the OAuth2 server and of the admin site. They lie at `/` or below it, so a browser sends them to every API of
 * the same host, and an upstream there could set them. Names of upstreams' own cookies never begin like this.
 */
const prefixes = ["oauth2-", "dmm-"] as const;
const browserPrefix = /^__(?:host|secure)-/;

/** Name of a cookie as RFC 6265bis 4.1.3 has it: where it is secure, nobody but this host can set it. */
export function nameCookie(name: string, prefix: "__Host-" | "__Secure-", secure: boolean): string {
  return `${secure ? prefix : ""}oauth2-${name}`;
}

/** Whether a pair `name=value` is the gateway's. Browsers compare the prefix without regard to case. */
function isGatewayCookie(pair: string): boolean {
  const name = pair.split("=", 1)[0]!.trim().toLowerCase().replace(browserPrefix, "");
  return prefixes.some((prefix) => name.startsWith(prefix));
}

/** The value of `Cookie` as an upstream gets it; `undefined` when nothing is left. */
export function dropGatewayCookies(value: string): string | undefined {
  if (!mayName(value)) return value;
  const pairs = value.split(";").filter((pair) => !isGatewayCookie(pair));
  const rest = pairs.join(";").trim();
  return rest === "" ? undefined : rest;
}

/** Whether the value of an upstream's `Set-Cookie` would take the place of one of the gateway's. */
export function setsGatewayCookie(value: string): boolean {
  return mayName(value) && isGatewayCookie(value.split(";", 1)[0]!);
}

/** Most cookies are told at once. */
function mayName(value: string): boolean {
  return /oauth2-|dmm-/i.test(value);
}
