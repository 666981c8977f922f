import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** The request as an upstream received it, which it returns. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly trailers: readonly string[];
  readonly bytes: number;
  readonly digest: string;
}

/**
 * Responds by the last path segment: `/echo` with the request, `/wait?ms=` the same after a delay, `/bytes?id=&n=`
 * with content derived from the query, `/endless` forever, `/early` before it has the request.
 */
export class StartedHonestUpstream {
  readonly origin: string;
  readonly #server: Server;
  /** Requests whose header section arrived. */
  readonly begun = new Set<string>();
  /** Complete requests, and those that broke off. */
  readonly whole: string[] = [];
  readonly broken: string[] = [];
  running = 0;
  mostRunning = 0;

  private constructor(origin: string, server: Server) {
    this.origin = origin;
    this.#server = server;
  }

  static async start(host: string): Promise<StartedHonestUpstream> {
    const server = createServer({ keepAliveTimeout: 30_000 });
    const started = new StartedHonestUpstream(`http://${host}:8080`, server);
    server.on("request", (request, response) => started.#response(request, response));
    await new Promise<void>((resolve) => server.listen(8080, host, resolve));
    return started;
  }

  #response(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, "http://upstream");
    const digest = createHash("sha256");
    let bytes = 0;
    this.begun.add(request.url!);
    this.running++;
    this.mostRunning = Math.max(this.running, this.mostRunning);
    response.on("close", () => this.running--);
    request.on("error", () => {});
    request.on("close", () => (request.complete ? this.whole : this.broken).push(request.url!));
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      digest.update(chunk);
    });
    if (url.pathname.endsWith("/early")) response.write("early");
    request.on("end", () => {
      const seen: Seen = {
        ...{ method: request.method!, url: request.url!, rawHeaders: request.rawHeaders },
        ...{ trailers: request.rawTrailers, bytes, digest: digest.digest("hex") },
      };
      const name = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
      if (name === "wait")
        // A finished test does not wait for it.
        setTimeout(() => response.end(JSON.stringify(seen)), Number(url.searchParams.get("ms"))).unref();
      else if (name === "bytes") responseBytes(response, url);
      else if (name === "endless") serveEndless(response);
      else response.end(JSON.stringify(seen));
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Content that cannot be mistaken for another's. */
export function describeBytes(id: string, length: number): string {
  return `${id}.`.repeat(Math.ceil(length / (id.length + 1))).slice(0, length);
}

function responseBytes(response: ServerResponse, { searchParams }: URL): void {
  const text = describeBytes(searchParams.get("id") ?? "", Number(searchParams.get("n")));
  if (searchParams.has("chunked")) {
    const half = Math.floor(text.length / 2);
    response.write(text.slice(0, half));
    setImmediate(() => response.end(text.slice(half)));
  } else {
    response.setHeader("content-length", text.length);
    response.end(text);
  }
}

function serveEndless(response: ServerResponse): void {
  const chunk = "x".repeat(16_384);
  const go = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", go);
  go();
}
