import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type PlatformState, shardCount } from "./state.ts";

/** The stand-in's token endpoint (RFC 6749 4.4) and revocation endpoint (RFC 7009). */
export function answerOAuth(
  state: PlatformState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { clientId, clientSecret } = state;
  const expected = Buffer.from(
    `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`,
  ).toString("base64");
  if (request.headers.authorization !== `Basic ${expected}`) {
    response.writeHead(401, { "www-authenticate": "Basic" }).end('{"error":"invalid_client"}');
    return;
  }
  void text(request).then((body) => {
    const form = new URLSearchParams(body);
    const answer = url.pathname === "/oauth2/token" ? issue(state, form) : revoke(state, form);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
}

function issue(state: PlatformState, form: URLSearchParams): object {
  const name = randomBytes(32).toString("base64url");
  const scopes = (form.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  // In turn, so that any three tokens reach every shard.
  state.tokens.set(name, { scopes, shard: state.tokens.size % shardCount });
  return { access_token: name, token_type: "Bearer", expires_in: 600, scope: scopes.join(" ") };
}

function revoke(state: PlatformState, form: URLSearchParams): object {
  if (!state.breaks.has("keeps revoked tokens")) state.tokens.delete(form.get("token") ?? "");
  return {};
}
