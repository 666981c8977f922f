import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { Duplex } from "node:stream";

/**
 * An upstream that echoes short text frames, refuses the path `/no`, never responds to `/never`, and switches to
 * something else at `/h2c` and `/bare`.
 */
export class StartedWebSocketUpstream {
  readonly origin: string;
  readonly #server: Server;
  readonly sockets = new Set<Duplex>();
  /** Requests of `/never`, which get no response. */
  readonly pending = new Set<Duplex>();
  lastHeaders: IncomingHttpHeaders = {};

  private constructor(origin: string, server: Server) {
    this.origin = origin;
    this.#server = server;
  }

  static async start(host: string): Promise<StartedWebSocketUpstream> {
    const server = createServer((_request, response) => response.writeHead(418).end("short and stout"));
    const started = new StartedWebSocketUpstream(`http://${host}:8080`, server);
    server.on("upgrade", (request, socket: Duplex) => {
      started.lastHeaders = request.headers;
      if (request.url?.endsWith("/no")) {
        socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        return;
      }
      if (request.url?.endsWith("/h2c") || request.url?.endsWith("/bare")) {
        const protocol = request.url.endsWith("/h2c") ? "Upgrade: h2c\r\nConnection: Upgrade\r\n" : "";
        socket.on("error", () => {});
        socket.on("end", () => socket.end());
        socket.resume();
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${protocol}\r\n`);
        return;
      }
      if (request.url?.endsWith("/never")) {
        started.pending.add(socket);
        socket.on("error", () => {});
        socket.on("end", () => socket.end());
        socket.on("close", () => started.pending.delete(socket));
        socket.resume();
        return;
      }
      started.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("end", () => socket.end());
      socket.on("close", () => started.sockets.delete(socket));
      // RFC 6455 section 4.2.2
      const accept = createHash("sha1")
        .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on("data", (frame: Buffer) => echo(socket, frame));
    });
    await new Promise<void>((resolve) => server.listen(8080, host, resolve));
    return started;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Frames of a client are masked, frames of a server are not (RFC 6455 section 5.2). */
function echo(socket: Duplex, frame: Buffer): void {
  const length = frame[1]! & 0x7f;
  const mask = frame.subarray(2, 6);
  const payload = frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]!);
  socket.write(Buffer.concat([Buffer.from([frame[0]!, length]), payload]));
}
