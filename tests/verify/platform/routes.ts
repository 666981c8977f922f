import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { refuse } from "./gateway.ts";
import type { PlatformState } from "./state.ts";

/** Scope by method and path. */
export const routes: ReadonlyMap<string, string> = new Map([
  ["GET /verify/echo", "verify:read"],
  ["POST /verify/echo", "verify:write"],
  ["GET /verify/slow", "verify:read"],
  ["GET /verify/stream", "verify:read"],
  ["GET /verify/dead", "verify:read"],
]);

const slowLimitMs = 1_000;

/** What the upstream makes of an authorised request. */
export function answerRoute(
  state: PlatformState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (url.pathname === "/verify/dead") {
    refuse(response, state.breaks.has("blames itself for a dead upstream") ? 500 : 502);
  } else if (url.pathname === "/verify/slow") {
    void answerSlow(state, Number(url.searchParams.get("ms")), response);
  } else if (url.pathname === "/verify/stream") {
    void answerStream(state, url, response);
  } else {
    answerEcho(state, url, request, response);
  }
}

function answerEcho(
  state: PlatformState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { breaks } = state;
  const identity = /^x-(amzn|forwarded|remote|client|user)-/;
  const headers = Object.entries(request.headers).filter(
    ([name]) => breaks.has("passes identity on") || !identity.test(name),
  );
  const path = breaks.has("loses the query") ? url.pathname : request.url;
  const body = JSON.stringify({ method: request.method, path, headers: Object.fromEntries(headers) });
  request.resume();
  response.writeHead(200, { "content-type": "application/json" }).end(body);
}

async function answerSlow(state: PlatformState, ms: number, response: ServerResponse): Promise<void> {
  if (ms > slowLimitMs && state.breaks.has("gives up on slow upstreams at once"))
    return refuse(response, 504);
  await delay(Math.min(ms, slowLimitMs));
  if (ms > slowLimitMs) return refuse(response, 504);
  response.writeHead(200).end("{}");
}

async function answerStream(state: PlatformState, url: URL, response: ServerResponse): Promise<void> {
  const read = (name: string): number => Number(url.searchParams.get(name));
  const piece = "x".repeat(read("bytes"));
  let gathered = "";
  response.writeHead(200, { "content-type": "text/plain" });
  for (let sent = 0; sent < read("chunks"); sent += 1) {
    if (state.breaks.has("gathers answers")) gathered += piece;
    else response.write(piece);
    await delay(read("everyMs"));
  }
  response.end(gathered);
}
