import { createServer, type Server, type Socket } from "node:net";

/** A request as it arrived, byte for byte (latin1). */
export interface Recorded {
  readonly line: string;
  readonly fields: readonly string[];
  readonly body: string;
}

const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const hints =
  "HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\nConnection: x-hop\r\nX-Hop: 1\r\n\r\n";
/** Pieces of a response that are sent one after the other; selected by the last path segment. */
const responses: Readonly<Record<string, readonly string[]>> = {
  hints: [hints, ok],
  continue: ["HTTP/1.1 100 Continue\r\n\r\n", ok],
  bytes: ["HTTP/1.1 200 OK\r\nx-name: J\xfcrgen \xe2\x82\xac\r\ncontent-length: 2\r\n\r\nok"],
  "bytes-first": ["HTTP/1.1 200 OK\r\nx-name: J\xfcrgen \xe2\x82\xac\r\ncontent-length: 2\r\n\r\n", "ok"],
  "bytes-hint": ["HTTP/1.1 103 Early Hints\r\nx-name: J\xfcrgen \xe2\x82\xac\r\n\r\n", ok],
  shared: [
    "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\nvary: accept\r\ncontent-length: 2\r\n\r\nok",
  ],
  via: ["HTTP/1.1 200 OK\r\nvia: 1.1 behind\r\ncontent-length: 2\r\n\r\nok"],
};

/**
 * An upstream that records requests unchanged. A header section that announces a body gets its response when the
 * body is complete.
 */
export class RecordingUpstream {
  readonly origin: string;
  readonly requests: Recorded[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(host: string, server: Server) {
    this.origin = `http://${host}:8080`;
    this.#server = server;
    server.on("connection", (socket) => this.#record(socket));
  }

  static async start(host: string): Promise<RecordingUpstream> {
    const server = createServer();
    const started = new RecordingUpstream(host, server);
    await new Promise<void>((resolve) => server.listen(8080, host, resolve));
    return started;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #record(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let whole = takeRequest(text); whole !== undefined; whole = takeRequest(text)) {
        text = text.slice(whole.length);
        this.requests.push(whole.recorded);
        send(socket, responses[/([^/?]*)(?:\?.*)? HTTP/.exec(whole.recorded.line)?.[1] ?? ""] ?? [ok]);
      }
    });
  }
}

function takeRequest(text: string): { readonly recorded: Recorded; readonly length: number } | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [line = "", ...fields] = text.slice(0, end).split("\r\n");
  const start = end + 4;
  const length = Number(/^content-length: (\d+)$/im.exec(text.slice(0, end))?.[1] ?? 0);
  const last = /^transfer-encoding: chunked$/im.test(text.slice(0, end))
    ? text.indexOf("0\r\n\r\n", start) + 5
    : start + length;
  if (last < start || text.length < last) return undefined;
  return { recorded: { line, fields, body: text.slice(start, last) }, length: last };
}

/** Each piece is passed to the kernel before the next one is written, in separate turns of the event loop. */
function send(socket: Socket, [piece, ...rest]: readonly string[]): void {
  if (piece === undefined || socket.destroyed) return;
  socket.write(piece, "latin1", () => setTimeout(send, 20, socket, rest));
}
