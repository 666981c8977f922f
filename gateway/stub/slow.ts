import type { IncomingMessage, ServerResponse } from "node:http";

/** Responds `?ms=` milliseconds after the request arrived, at most a minute. */
export function serveSlow(request: IncomingMessage, response: ServerResponse, url: URL): void {
  request.resume();
  const waitMs = Math.min(Math.max(Number(url.searchParams.get("ms") ?? "0") || 0, 0), 60_000);
  const timer = setTimeout(() => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ waitedMs: waitMs }));
  }, waitMs);
  response.once("close", () => clearTimeout(timer));
}
