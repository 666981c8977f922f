/**
 * What happens to a header field between client and upstream. This table is the whole policy; a name that is not
 * in it passes unchanged.
 *
 * - `hop`: belongs to one connection (RFC 9110 section 7.6.1) or to the framing, which is written for each connection.
 * - `identity`: states a client's identity or a request's real destination. Only the balancer and the gateway may do that.
 * - `credential`: was for the gateway; an upstream that saw it could use it.
 * - `gateway`: replaced by the gateway.
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
  // Becomes HTTP_PROXY in the environment of CGI programs, and redirects their own requests.
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
  // Forwarded without the gateway's own cookies.
  ["cookie", "gateway"],
]);

/** Prefixes of names with the rule `identity`: what proxies in front of applications assert about the client. */
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

/** Never forwarded from an upstream. The gateway sets `x-request-id`, and writes its own framing. */
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

/**
 * Clients repeat names, so the verdict for each is cached. Bounded in number and length, because clients can
 * invent names.
 */
const verdicts = new Map<string, boolean>();
const mostVerdicts = 1000;
const longestRemembered = 40;

/** Whether a request header of this (lower-case) name is forwarded unchanged. */
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

/**
 * Characters that no header may contain: they could end its line, at least once truncated to one byte a character.
 */
export const unprintable = /[^\t\x20-\x7e\x80-\xff]/;

/** Lower-case names of the fields that `Connection` nominates. */
export function readNominated(connection: string): ReadonlySet<string> {
  return new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
}

/**
 * Removes fields from a list of lower-case names and values in turn. RFC 9110 section 7.6.1: nominated fields are
 * not forwarded.
 */
export function dropFields(fields: string[], names: ReadonlySet<string>): void {
  for (let index = fields.length - 2; index >= 0; index -= 2)
    if (names.has(fields[index]!)) fields.splice(index, 2);
}
