import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/** An upstream that responds to every WebSocket handshake with what a test sets. */
export class StartedHandshakeUpstream {
  readonly origin: string;
  readonly sockets = new Set<Socket>();
  /** Called with each connection whose request has arrived. */
  respond: (socket: Socket) => void = () => {};
  readonly #server: Server;

  private constructor(origin: string, server: Server) {
    this.origin = origin;
    this.#server = server;
  }

  static async start(host: string): Promise<StartedHandshakeUpstream> {
    const server = createServer();
    const started = new StartedHandshakeUpstream(`http://${host}:8080`, server);
    server.on("connection", (socket) => {
      started.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => started.sockets.delete(socket));
      socket.once("data", () => started.respond(socket));
    });
    server.listen(8080, host);
    await once(server, "listening");
    return started;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
