import { createServer, type ServerResponse } from "node:http";
import { contentType } from "./render.ts";

/** The text of a whole task; nothing when that of other workers cannot be had. */
export type ReadMetrics = () => Promise<string | undefined>;

/** Answers a scrape. A fault in it is answered, and thrown for whoever logs it. */
export async function serveScrape(response: ServerResponse, read: ReadMetrics): Promise<void> {
  try {
    const text = await read();
    // Better no answer than the counts of one worker, which would look as if the others had lost theirs.
    if (text === undefined) refuse(response, 503, "The process that started this worker is unresponsive.");
    else write(response, 200, { type: contentType, text });
  } catch (error) {
    refuse(response, 500, "The metrics could not be collected; see the log for the reason.");
    throw error;
  }
}

/**
 * A port that has `/metrics` and nothing else, so that whoever may scrape need not be let in to the APIs. It closes with
 * the process: what a gateway that drains has to tell is of interest, too.
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
