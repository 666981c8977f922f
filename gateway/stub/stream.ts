import type { IncomingMessage, ServerResponse } from "node:http";

/** Sends `?chunks=` lines (default 5) of `?bytes=` bytes (default 64), `?everyMs=` apart (default 50). */
export function serveStream(request: IncomingMessage, response: ServerResponse, url: URL): void {
  request.resume();
  const count = readNumber(url, "chunks", { fallback: 5, to: 1_000_000 });
  const bytes = readNumber(url, "bytes", { fallback: 64, to: 1_048_576 });
  const everyMs = readNumber(url, "everyMs", { fallback: 50, to: 60_000 });
  const line = `${"x".repeat(Math.max(bytes - 1, 0))}\n`;
  response.writeHead(200, { "content-type": "text/plain" });
  response.flushHeaders();
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  const sendNext = () => {
    if (response.destroyed) return;
    if (sent === count) {
      response.end();
      return;
    }
    sent++;
    // At the reader's pace: an endless response must not fill this process's memory.
    const flowing = response.write(line);
    const schedule = () => {
      timer = everyMs === 0 ? undefined : setTimeout(sendNext, everyMs);
      if (everyMs === 0) setImmediate(sendNext);
    };
    if (flowing) schedule();
    else response.once("drain", schedule);
  };
  response.once("close", () => clearTimeout(timer));
  sendNext();
}

function readNumber(url: URL, name: string, bounds: { fallback: number; to: number }): number {
  const text = url.searchParams.get(name);
  const value = text === null ? bounds.fallback : Number(text);
  return Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), 0), bounds.to) : bounds.fallback;
}
