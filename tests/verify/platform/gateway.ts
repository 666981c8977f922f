import type { IncomingMessage, ServerResponse } from "node:http";
import { answerOAuth } from "./oauth.ts";
import { answerRoute, routes } from "./routes.ts";
import { type PlatformState, shardOfUnknown, type Token } from "./state.ts";

/** The stand-in's HTTP side: what a gateway does with a request that came through the entrance. */
export function answerRequest(
  state: PlatformState,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? "/", `https://${state.domain}`);
  if (url.pathname.startsWith("/oauth2/")) {
    answerOAuth(state, url, request, response);
    return;
  }
  const failure = findOutage(state) ?? findRefusal(state, request, url);
  if (failure !== undefined) refuse(response, failure.status, failure.challenge);
  else answerRoute(state, url, request, response);
}

function findOutage(state: PlatformState): Failure | undefined {
  const now = Date.now();
  if (now < state.gatewayLostUntil) return { status: 502 };
  const fails = now < state.writerAwayUntil && state.breaks.has("fails requests with the writer");
  return fails ? { status: 500 } : undefined;
}

function findRefusal(state: PlatformState, request: IncomingMessage, url: URL): Failure | undefined {
  const scope = routes.get(`${request.method} ${url.pathname}`);
  if (scope === undefined && !state.breaks.has("answers unknown routes")) return { status: 404 };
  return findTokenProblem(state, request.headers.authorization, scope);
}

interface Failure {
  readonly status: number;
  readonly challenge?: string;
}

function findTokenProblem(
  state: PlatformState,
  authorization: string | undefined,
  scope: string | undefined,
): Failure | undefined {
  const { breaks } = state;
  if (authorization === undefined) {
    if (breaks.has("lets requests without a token in")) return undefined;
    const blame = breaks.has("blames a token that was not sent") ? ', error="invalid_token"' : "";
    return { status: 401, challenge: `Bearer realm="api"${blame}` };
  }
  const name = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/.exec(authorization)?.[1];
  if (name === undefined) {
    if (breaks.has("forgets the challenge of a malformed token")) return { status: 401 };
    return { status: 401, challenge: 'Bearer realm="api", error="invalid_request"' };
  }
  return findTokenFailure(state, name, state.tokens.get(name), scope);
}

function findTokenFailure(
  state: PlatformState,
  name: string,
  token: Token | undefined,
  scope: string | undefined,
): Failure | undefined {
  const { breaks } = state;
  const away = Date.now() < state.cacheAwayUntil && (token?.shard ?? shardOfUnknown(state, name)) === 0;
  if (away && breaks.has("lets anybody in during a failover")) return undefined;
  if (away && !breaks.has("denies tokens during a failover")) return { status: 503 };
  if (token === undefined || away) {
    if (breaks.has("lets unknown tokens in")) return undefined;
    return { status: 401, challenge: 'Bearer realm="api", error="invalid_token"' };
  }
  if (scope !== undefined && !token.scopes.includes(scope) && !breaks.has("ignores scopes")) {
    return { status: 403, challenge: `Bearer realm="api", error="insufficient_scope", scope="${scope}"` };
  }
  return undefined;
}

export function refuse(response: ServerResponse, status: number, challenge?: string): void {
  response.writeHead(status, {
    "content-type": "application/problem+json",
    ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
  });
  response.end(JSON.stringify({ status }));
}
