import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { serveAuthorization } from "./authorization.ts";
import { serveLogin } from "./login.ts";
import { awayMs, type PlatformState, shardCount } from "./state.ts";

type PlannedResponse = readonly [status: number, body: object];

const knownScopes = new Set(["verify:read", "verify:write"]);

/**
 * The stand-in's OAuth2 server: RFC 6749 section 4.4, RFC 7009, 7662, 8414, and the beginning of RFC 6749 section
 * 4.1.
 */
export function serveOAuth(
  state: PlatformState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (url.pathname === "/oauth2/authorize") serveAuthorization(state, url, response);
  else if (url.pathname.startsWith("/oauth2/interaction/")) serveLogin(state, request, response);
  else if (url.pathname.startsWith("/.well-known/")) send(state, response, [200, describeServer(state)]);
  else
    void text(request).then((body) => {
      const form = new URLSearchParams(body);
      const known = isClient(state, request.headers.authorization) || isAssertion(state, form);
      if (known || isCode(state, form)) return send(state, response, serveForm(state, url.pathname, body));
      response.setHeader("www-authenticate", "Basic");
      return send(state, response, [401, { error: "invalid_client", ...revealSecret(state) }]);
    });
}

/** An issued and unredeemed code of a client that users sign in to. */
function isCode({ codes, entries }: PlatformState, form: URLSearchParams): boolean {
  const isRight =
    form.get("grant_type") === "authorization_code" && entries.has(`clients/${form.get("client_id")}`);
  return isRight && codes.has(form.get("code") ?? "");
}

/** A new one of a client with keys: signatures are covered by the gateway's own tests. */
function isAssertion({ breaks, entries, assertions }: PlatformState, form: URLSearchParams): boolean {
  const payload = form.get("client_assertion")?.split(".")[1];
  if (payload === undefined) return false;
  const { iss, jti } = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, string>;
  const isNew = !assertions.has(jti!);
  if (breaks.has("takes an assertion from several at once")) setTimeout(() => assertions.add(jti!), awayMs);
  else assertions.add(jti!);
  return entries.has(`clients/${iss}`) && (isNew || breaks.has("takes an assertion again"));
}

function isClient({ breaks, clientId, clientSecret }: PlatformState, field: string | undefined): boolean {
  const credential = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
  return breaks.has("takes any client secret") || field === `Basic ${credential.toString("base64")}`;
}

function send({ breaks }: PlatformState, response: ServerResponse, [status, body]: PlannedResponse): void {
  const cacheControl = breaks.has("lets tokens be stored") ? "private, max-age=60" : "no-store";
  response.writeHead(status, { "content-type": "application/json", "cache-control": cacheControl });
  response.end(JSON.stringify(body));
}

/** Content that an error must never reveal. */
export function revealSecret({ breaks, clientSecret }: PlatformState): object {
  return breaks.has("shows its secrets in errors") ? { detail: clientSecret } : {};
}

function describeServer({ breaks, domain }: PlatformState): object {
  const issuer = breaks.has("names another issuer") ? "https://issuer.example.net" : `https://${domain}`;
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    introspection_endpoint: `${issuer}/oauth2/introspect`,
    authorization_endpoint: `${issuer}/oauth2/authorize`,
    jwks_uri: `${issuer}/oauth2/jwks`,
    code_challenge_methods_supported: ["S256"],
  };
}

function serveForm(state: PlatformState, path: string, body: string): PlannedResponse {
  const form = new URLSearchParams(body);
  const names = [...form.keys()];
  const isDoubled = new Set(names).size < names.length;
  if (isDoubled && !state.breaks.has("takes a parameter twice")) return [400, { error: "invalid_request" }];
  if (path === "/oauth2/token") return issue(state, form);
  if (path === "/oauth2/introspect") return introspect(state, form);
  return revoke(state, form);
}

function issue(state: PlatformState, form: URLSearchParams): PlannedResponse {
  const grant = form.get("grant_type");
  const mayUse =
    grant === "client_credentials" ||
    (grant === "authorization_code" && state.codes.delete(form.get("code") ?? "")) ||
    (grant === "password" && state.breaks.has("takes passwords"));
  if (!mayUse) return [400, { error: "unsupported_grant_type", ...revealSecret(state) }];
  const scopes = (form.get("scope") ?? (grant === "authorization_code" ? "verify:read" : ""))
    .split(" ")
    .filter((scope) => scope !== "");
  const isGranted = scopes.every((scope) => knownScopes.has(scope)) || state.breaks.has("grants any scope");
  if (!isGranted) return [400, { error: "invalid_scope" }];
  const name = randomBytes(32).toString("base64url");
  // In turn, so that any three tokens reach every shard.
  state.tokens.set(name, { scopes, shard: state.tokens.size % shardCount });
  return [200, { access_token: name, token_type: "Bearer", expires_in: 600, scope: scopes.join(" ") }];
}

function introspect(state: PlatformState, form: URLSearchParams): PlannedResponse {
  const token = state.tokens.get(form.get("token") ?? "");
  return [200, token === undefined ? { active: false } : { active: true, scope: token.scopes.join(" ") }];
}

function revoke({ breaks, tokens, halfRevoked }: PlatformState, form: URLSearchParams): PlannedResponse {
  const name = form.get("token") ?? "";
  if (breaks.has("revokes at all gateways but one")) halfRevoked.add(name);
  else if (!breaks.has("keeps revoked tokens")) tokens.delete(name);
  return [200, {}];
}
