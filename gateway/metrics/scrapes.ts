import { createServer, type ServerResponse } from "node:http";
import { contentType } from "./render.ts";

/** The metrics of a whole task; nothing when other workers' metrics are unavailable. */
export type ReadMetrics = () => Promise<string | undefined>;

/** Serves a scrape. A failure is reported to the client, and thrown for the caller to log. */
export async function serveScrape(response: ServerResponse, read: ReadMetrics): Promise<void> {
  try {
    const text = await read();
    // Better an error than the counters of one worker, which would look as if the others had lost theirs.
    if (text === undefined) refuse(response, 503, "The process that started this worker is unresponsive.");
    else write(response, 200, { type: contentType, text });
  } catch (error) {
    refuse(response, 500, "The metrics could not be collected; see the log for the reason.");
    throw error;
  }
}

/**
 * A port that serves `/metrics` only, so that a scraper needs no access to the APIs. It closes with the process:
 * metrics of a draining gateway matter too.
 */
export async function listenForScrapes(
  { host, port }: { readonly host: string; readonly port: number | undefined },
  read: ReadMetrics,
): Promise<void> {
  if (port === undefined) return;
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") refuse(response, 404, "Only /metrics is served on this port.");
    else if (request.method !== "GET" && request.method !== "HEAD")
      refuse(response, 405, "Only GET and HEAD are allowed.");
    else void serveScrape(response, read);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  server.unref();
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  write(response, status, { type: "text/plain; charset=utf-8", text: `${reason}\n` });
}

function write(
  response: ServerResponse,
  status: number,
  { type, text }: { readonly type: string; readonly text: string },
): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(response.req.method === "HEAD" ? undefined : text);
}
