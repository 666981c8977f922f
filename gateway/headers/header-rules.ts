/**
 * What happens to a header field between client and upstream. This table is the whole policy; a name that is not in it
 * passes unchanged.
 *
 * - `hop`: belongs to one connection (RFC 9110 7.6.1) or to the framing, which is made anew.
 * - `identity`: says who somebody is or where a request really went. Only the balancer and the gateway may say that.
 * - `credential`: was for the gateway; an upstream that saw it could use it.
 * - `gateway`: written anew by the gateway.
 */
export type RequestRule = "hop" | "identity" | "credential" | "gateway";

export const requestRules: ReadonlyMap<string, RequestRule> = new Map([
  ["connection", "hop"],
  ["keep-alive", "hop"],
  ["proxy-connection", "hop"],
  ["proxy-authenticate", "hop"],
  ["te", "hop"],
  ["trailer", "hop"],
  ["transfer-encoding", "hop"],
  ["upgrade", "hop"],
  ["http2-settings", "hop"],
  ["expect", "hop"],
  ["content-length", "gateway"],
  ["host", "gateway"],
  ["traceparent", "gateway"],
  ["x-request-id", "gateway"],
  ["via", "gateway"],
  ["forwarded", "identity"],
  ["x-real-ip", "identity"],
  ["x-client-ip", "identity"],
  ["x-cluster-client-ip", "identity"],
  ["x-forwarded", "identity"],
  ["x-remote-addr", "identity"],
  ["x-remote-ip", "identity"],
  ["true-client-ip", "identity"],
  ["fastly-client-ip", "identity"],
  ["cf-connecting-ip", "identity"],
  ["x-original-url", "identity"],
  ["x-original-uri", "identity"],
  ["x-original-host", "identity"],
  ["x-rewrite-url", "identity"],
  ["x-http-method", "identity"],
  ["x-http-method-override", "identity"],
  ["x-method-override", "identity"],
  ["x-host", "identity"],
  // Becomes HTTP_PROXY in the environment of CGI programs, and leads their own requests elsewhere.
  ["proxy", "identity"],
  ["x-remote-user", "identity"],
  ["x-user", "identity"],
  ["x-user-id", "identity"],
  ["x-user-email", "identity"],
  ["x-user-roles", "identity"],
  ["x-email", "identity"],
  ["x-client-id", "identity"],
  ["x-client-dn", "identity"],
  ["x-scopes", "identity"],
  ["client-cert", "identity"],
  ["client-cert-chain", "identity"],
  ["x-client-cert", "identity"],
  ["x-ssl-client-cert", "identity"],
  ["authorization", "credential"],
  ["proxy-authorization", "credential"],
  ["dpop", "credential"],
  // What is left of it without the gateway's own cookies goes on.
  ["cookie", "gateway"],
]);

/** Families of names, all of rule `identity`: what proxies in front of applications say of who asks. */
export const identityPrefixes: readonly string[] = [
  "x-forwarded-",
  "x-authenticated-",
  "x-auth-request-",
  "x-amzn-mtls-",
  "x-amzn-oidc-",
  "x-consumer-",
  "x-envoy-",
  "x-goog-authenticated-user-",
  "x-ms-client-principal",
  "x-ssl-client-",
  "x-webauth-",
  "remote-",
  "ssl-client-",
];

/** What never comes back from an upstream. `x-request-id` is ours; framing is made anew. */
export const responseRules: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-request-id",
]);

/** Clients repeat their names, so each is looked at once. Bounded in number and length, because anybody may invent some. */
const verdicts = new Map<string, boolean>();
const mostVerdicts = 1000;
const longestRemembered = 40;

/** Whether a request header of this (lower-case) name goes on to the upstream as it came. */
export function passesToUpstream(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const passes =
    isPlain(name) && !requestRules.has(name) && !identityPrefixes.some((prefix) => name.startsWith(prefix));
  if (verdicts.size < mostVerdicts && name.length <= longestRemembered) verdicts.set(name, passes);
  return passes;
}

/** Servers map other characters to `-` or `_`: X_User_Id and X.User.Id would be read as X-User-Id. */
function isPlain(name: string): boolean {
  return /^[a-z0-9-]+$/.test(name);
}

/** What no text of a head may hold: it could end its line, or would once it is cut to one byte a character. */
export const unprintable = /[^\t\x20-\x7e\x80-\xff]/;

/** Names of the fields that `Connection` says belong to the connection, in lower case. */
export function readNominated(connection: string): ReadonlySet<string> {
  return new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
}

/** Takes fields out of a list of names (in lower case) and values in turn. RFC 9110 7.6.1: what is nominated ends here. */
export function dropFields(fields: string[], names: ReadonlySet<string>): void {
  for (let index = fields.length - 2; index >= 0; index -= 2)
    if (names.has(fields[index]!)) fields.splice(index, 2);
}
