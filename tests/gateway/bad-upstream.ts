import { createServer, type Server, type Socket } from "node:net";

/** Behaviour of an upstream on one connection. `head` is the received header section. */
export type Behaviour = (socket: Socket, head: string) => void;

/** A misbehaving upstream, selected by the first path segment. */
export class StartedBadUpstream {
  readonly origin: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Received requests, by first path segment. */
  readonly seen = new Map<string, number>();

  private constructor(origin: string, server: Server) {
    this.origin = origin;
    this.#server = server;
  }

  static async start(
    host: string,
    behaviours: Readonly<Record<string, Behaviour>>,
  ): Promise<StartedBadUpstream> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(8080, host, resolve));
    const started = new StartedBadUpstream(`http://${host}:8080`, server);
    server.on("connection", (socket) => {
      started.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => started.#sockets.delete(socket));
      socket.on("data", (chunk) => {
        const head = chunk.toString("latin1");
        // The end of a body may arrive with the next header section.
        const name = /[A-Z]+ \/bad\/(\w+)/.exec(head)?.[1];
        if (name === undefined) return;
        started.seen.set(name, (started.seen.get(name) ?? 0) + 1);
        behaviours[name]?.(socket, head);
      });
    });
    return started;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
