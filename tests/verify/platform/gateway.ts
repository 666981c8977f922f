import type { IncomingMessage, ServerResponse } from "node:http";
import { serveAdmin } from "./admin.ts";
import { revealSecret, serveOAuth } from "./oauth.ts";
import { refuse } from "./refuse.ts";
import { isAmbiguous } from "./request-rules.ts";
import { routes, serveRoute } from "./routes.ts";
import { type PlatformState, shardOfUnknown, type Token } from "./state.ts";

/** The stand-in's HTTP side: a gateway's handling of a request through the ingress. */
export function serveRequest(state: PlatformState, request: IncomingMessage, response: ServerResponse): void {
  state.requests += 1;
  response.setHeader("x-request-id", String(state.requests));
  if (isAmbiguous(state, request)) {
    refuse(response, 400);
    return;
  }
  if (asksForPatience(state, request)) {
    response.setHeader("retry-after", "0");
    refuse(response, 503);
    return;
  }
  const url = new URL(request.url ?? "/", `https://${state.domain}`);
  if (request.headers.host?.startsWith("admin.")) serveAdminSite(state, url, request, response);
  else serveApi(state, url, request, response);
}

/** Like a gateway whose token store is briefly unavailable. */
function asksForPatience({ breaks, deferred }: PlatformState, request: IncomingMessage): boolean {
  if (breaks.has("asks for patience without end")) return true;
  const name = `${request.method} ${request.url}`;
  if (!breaks.has("asks for patience once for each request") || deferred.has(name)) return false;
  deferred.add(name);
  return true;
}

function serveApi(state: PlatformState, url: URL, request: IncomingMessage, response: ServerResponse): void {
  response.once("finish", () => writeLine(state, request, response));
  const isOAuth = /^\/(oauth2|\.well-known)\//.test(url.pathname);
  const failure = isOAuth ? undefined : (findOutage(state) ?? findRefusal(state, request, url));
  if (failure !== undefined) {
    if (failure.allow !== undefined) response.setHeader("allow", failure.allow);
    refuse(response, failure.status, failure.challenge, revealSecret(state));
  } else if (isOAuth) serveOAuth(state, url, request, response);
  else serveRoute(state, url, request, response);
}

function serveAdminSite(
  state: PlatformState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (state.breaks.has("has no admin site")) refuse(response, 503);
  else serveAdmin(state, url, request, response);
}

function writeLine(state: PlatformState, request: IncomingMessage, response: ServerResponse): void {
  if (state.breaks.has("loses access log lines")) return;
  const { method, headers, url = "" } = request;
  const shown = state.breaks.has("writes tokens into the access log") ? { headers, url } : {};
  const client = response.statusCode === 200 ? state.clientId : undefined;
  const line = {
    requestId: response.getHeader("x-request-id"),
    client,
    method,
    path: url.split("?")[0],
    ...shown,
  };
  state.logLines.push(JSON.stringify({ ...line, status: response.statusCode }));
}

function findOutage(state: PlatformState): Failure | undefined {
  const now = Date.now();
  if (now < state.gatewayLostUntil) return { status: 502 };
  if (now < state.changingUntil) return { status: 502 };
  const fails = now < state.writerAwayUntil && state.breaks.has("fails requests with the writer");
  return fails ? { status: 500 } : undefined;
}

function findRefusal(state: PlatformState, request: IncomingMessage, url: URL): Failure | undefined {
  const { breaks } = state;
  const scope = routes.get(`${request.method} ${url.pathname}`) ?? findAddedScope(state, url.pathname);
  if (scope === undefined && !breaks.has("serves unknown routes")) {
    const methods = ["GET", "POST"].filter((method) => routes.has(`${method} ${url.pathname}`));
    if (methods.length === 0 || breaks.has("calls a wrong method unknown")) return { status: 404 };
    return { status: 405, allow: methods.join(", ") };
  }
  return findTokenProblem(state, request.headers.authorization, scope);
}

/** Scope of a route that was added through the admin site. */
function findAddedScope(state: PlatformState, path: string): string | undefined {
  const isBehind = state.breaks.has("serves a new route at one gateway less") && state.requests % 3 === 0;
  const route = isBehind ? undefined : state.entries.get(path.replace("/verify/", "routes/"));
  return route === undefined ? undefined : "verify:read";
}

interface Failure {
  readonly status: number;
  readonly allow?: string;
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
  if (away && breaks.has("admits any token during a failover")) return undefined;
  if (away && !breaks.has("denies tokens during a failover")) return { status: 503 };
  const isDead = state.halfRevoked.has(name) && state.requests % 3 !== 0;
  if (token === undefined || away || isDead) {
    if (breaks.has("lets unknown tokens in")) return undefined;
    return { status: 401, challenge: 'Bearer realm="api", error="invalid_token"' };
  }
  if (scope !== undefined && !token.scopes.includes(scope) && !breaks.has("ignores scopes")) {
    return { status: 403, challenge: `Bearer realm="api", error="insufficient_scope", scope="${scope}"` };
  }
  return undefined;
}
