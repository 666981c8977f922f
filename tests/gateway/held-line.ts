import { once } from "node:events";
import { createServer, connect as dial, type Server, type Socket } from "node:net";

/**
 * A connection to a Redis node: after the first connections, further ones are accepted but nothing on them arrives
 * until `release`.
 */
export class HeldLine {
  readonly host: string;
  readonly port = 7011;
  /** Number of connections that are or were held. */
  held = 0;
  readonly #passes: number;
  readonly #leadsTo: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<() => void>();
  #opened = 0;
  #isReleased = false;

  private constructor(host: string, leadsTo: number, passes: number) {
    this.host = host;
    this.#leadsTo = leadsTo;
    this.#passes = passes;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** In front of the same host's port; the first `passes` connections are not held. */
  static async open(host: string, leadsTo: number, passes: number): Promise<HeldLine> {
    const line = new HeldLine(host, leadsTo, passes);
    line.#server.listen(line.port, host);
    await once(line.#server, "listening");
    return line;
  }

  /** Delivers everything from now on. */
  release(): void {
    this.#isReleased = true;
    for (const connect of this.#waiting) connect();
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    this.#opened += 1;
    this.#keep(client);
    const connect = () => this.#connect(client);
    if (this.#isReleased || this.#opened <= this.#passes) {
      connect();
      return;
    }
    this.held += 1;
    this.#waiting.add(connect);
    client.once("close", () => this.#waiting.delete(connect));
  }

  #connect(client: Socket): void {
    const node = dial(this.#leadsTo, this.host);
    this.#keep(node);
    client.once("close", () => node.destroy());
    node.once("close", () => client.destroy());
    client.pipe(node).pipe(client);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
