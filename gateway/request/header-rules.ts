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
  ["true-client-ip", "identity"],
  ["cf-connecting-ip", "identity"],
  ["x-original-url", "identity"],
  ["x-original-uri", "identity"],
  ["x-original-host", "identity"],
  ["x-rewrite-url", "identity"],
  ["x-http-method", "identity"],
  ["x-http-method-override", "identity"],
  ["x-method-override", "identity"],
  ["x-host", "identity"],
  ["remote-user", "identity"],
  ["x-remote-user", "identity"],
  ["x-user", "identity"],
  ["x-user-id", "identity"],
  ["x-client-id", "identity"],
  ["x-scopes", "identity"],
  ["client-cert", "identity"],
  ["client-cert-chain", "identity"],
  ["x-client-cert", "identity"],
  ["x-ssl-client-cert", "identity"],
  ["ssl-client-cert", "identity"],
  ["authorization", "credential"],
  ["proxy-authorization", "credential"],
  ["dpop", "credential"],
]);

/** Families of names, all of rule `identity`. */
export const identityPrefixes: readonly string[] = [
  "x-forwarded-",
  "x-authenticated-",
  "x-amzn-mtls-",
  "x-amzn-oidc-",
  "x-ssl-client-",
  "x-envoy-",
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

/** Whether a request header of this (lower-case) name goes on to the upstream as it came. */
export function passesToUpstream(name: string): boolean {
  if (requestRules.has(name)) return false;
  // A server that maps `_` to `-` would read X_User_Id as X-User-Id.
  if (name.includes("_")) return false;
  if (name.charCodeAt(0) !== 0x78) return true;
  for (const prefix of identityPrefixes) if (name.startsWith(prefix)) return false;
  return true;
}
