import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { refuse } from "./refuse.ts";
import { selectFields } from "./request-rules.ts";
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
const bodyLimitBytes = 10 * 1024 * 1024;

/** The upstream's response to an authorized request. */
export function serveRoute(
  state: PlatformState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (url.pathname === "/verify/dead") {
    refuse(response, state.breaks.has("blames itself for a dead upstream") ? 500 : 502);
  } else if (url.pathname === "/verify/slow") {
    void serveSlow(state, Number(url.searchParams.get("ms")), response);
  } else if (url.pathname === "/verify/stream") {
    void serveStream(state, url, response);
  } else {
    serveEcho(state, url, request, response);
  }
}

function serveEcho(state: PlatformState, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const path = state.breaks.has("loses the query") ? url.pathname : request.url;
  const headers = selectFields(state, request, String(response.getHeader("x-request-id")));
  const body = JSON.stringify({ method: request.method, path, headers });
  const isTooLong = (bytes: number): boolean =>
    bytes > bodyLimitBytes && !state.breaks.has("takes bodies of any size");
  if (isTooLong(Number(request.headers["content-length"] ?? 0))) refuse(response, 413);
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (isTooLong(bytes) && !response.headersSent) refuse(response, 413);
  });
  request.on("end", () => {
    if (!response.headersSent) response.writeHead(200, { "content-type": "application/json" }).end(body);
  });
}

async function serveSlow(state: PlatformState, ms: number, response: ServerResponse): Promise<void> {
  if (ms > slowLimitMs && state.breaks.has("times out on slow upstreams immediately"))
    return refuse(response, 504);
  await delay(Math.min(ms, slowLimitMs));
  if (ms > slowLimitMs) return refuse(response, 504);
  response.writeHead(200).end("{}");
}

async function serveStream(state: PlatformState, url: URL, response: ServerResponse): Promise<void> {
  const read = (name: string): number => Number(url.searchParams.get(name));
  const piece = "x".repeat(read("bytes"));
  let gathered = "";
  response.writeHead(200, { "content-type": "text/plain" });
  for (let sent = 0; sent < read("chunks"); sent += 1) {
    if (state.breaks.has("buffers responses")) gathered += piece;
    else response.write(piece);
    await delay(read("everyMs"));
  }
  response.end(gathered);
}
