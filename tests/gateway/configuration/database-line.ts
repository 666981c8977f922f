import { createServer, connect as dial, type Server, type Socket } from "node:net";

/** Fate of the next COMMIT that a client sends. */
export type CommitFate =
  /** It never arrives. */
  | "lost"
  /** It is executed, and its response never arrives. */
  | "unacknowledged"
  /** The client is disconnected immediately, and the COMMIT arrives half a second later. */
  | "late";

const lateMs = 500;

/** The COM_QUERY packet of a COMMIT: length, sequence number, command, text. */
const commitPacket = Buffer.concat([Buffer.from([7, 0, 0, 0, 3]), Buffer.from("COMMIT")]);

/**
 * A network between a role and its database, without TLS, that can be cut at the worst moment: it recognizes a
 * COMMIT. Its address stays the same while its destination changes, like the name of a cluster's endpoint.
 */
export class DatabaseLine {
  readonly host: string;
  readonly port = 7306;
  /** Destination of new connections. */
  leadsTo: string;
  /** New connections are refused, as while there is no writer. */
  isDown = false;
  /** Traffic is dropped in both directions, as when a host is gone; connections seem open. */
  isUnresponsive = false;
  commitFate: CommitFate | undefined;
  /** Connections so far. */
  opened = 0;
  /** Called when a COMMIT has met its fate. */
  onFate: (() => void) | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(host: string, leadsTo: string) {
    this.host = host;
    this.leadsTo = leadsTo;
    this.#server = createServer((client) => this.#connect(client));
  }

  static async open(host: string, leadsTo: string): Promise<DatabaseLine> {
    const line = new DatabaseLine(host, leadsTo);
    await new Promise<void>((resolve) => line.#server.listen(line.port, host, resolve));
    return line;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connect(client: Socket): void {
    this.opened += 1;
    if (this.isDown) {
      client.resetAndDestroy();
      return;
    }
    const server = dial(this.port, this.leadsTo);
    const cut = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
    client.on("data", (sent: Buffer) => {
      if (this.isUnresponsive) return;
      const fate = sent.equals(commitPacket) ? this.commitFate : undefined;
      if (fate !== undefined) this.commitFate = undefined;
      if (fate === "lost") return this.#meetFate(cut);
      if (fate === "late") {
        client.removeAllListeners("close");
        setTimeout(() => server.write(sent), lateMs);
        return this.#meetFate(() => client.destroy());
      }
      server.write(sent);
      // The response passes through the listener below, which handles it first.
      if (fate === "unacknowledged") server.prependOnceListener("data", () => this.#meetFate(cut));
    });
    server.on("data", (responded) => {
      if (!this.isUnresponsive && !client.destroyed) client.write(responded);
    });
  }

  #meetFate(cut: () => void): void {
    cut();
    this.onFate?.();
  }
}
