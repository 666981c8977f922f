import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";

export interface Destination {
  readonly host: string;
  readonly port: number;
  /** PEM of the authority and the server name; plain HTTP without. */
  readonly tls?: { readonly authority: string; readonly servername: string };
}

const headEnd = Buffer.from("\r\n\r\n");

/**
 * One HTTP/1.1 connection with one request at a time, as cheap as Node allows, because the generator's cost is not
 * available to the contender. It supports only responses with a Content-Length, and fails for others.
 */
export class RawConnection {
  /** Status of the response, or why there is none. */
  onResponse: (status: number, problem: string) => void = () => {};
  readonly #socket: Socket;
  /** Bytes of the body still to come; undefined until the header section is complete. */
  #missing: number | undefined;
  #status = 0;
  #rest: Buffer | undefined;
  #waiting = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", () => {});
    socket.on("close", () => this.#response(0, "the connection was closed"));
  }

  static async open({ host, port, tls }: Destination): Promise<RawConnection> {
    const socket =
      tls === undefined
        ? connectPlain({ host, port })
        : connectSecure({ host, port, ca: tls.authority, servername: tls.servername });
    await new Promise<void>((resolve, reject) => {
      socket.once(tls === undefined ? "connect" : "secureConnect", () => resolve());
      socket.once("error", reject);
    });
    return new RawConnection(socket);
  }

  send(request: string): void {
    this.#waiting = true;
    this.#socket.write(request, "latin1");
  }

  close(): void {
    this.#waiting = false;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#missing === undefined) {
      const buffer = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
      const end = buffer.indexOf(headEnd);
      if (end === -1) {
        this.#rest = buffer;
        return;
      }
      this.#rest = undefined;
      const head = buffer.toString("latin1", 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      this.#status = Number(head.slice(9, 12));
      if (length === undefined) {
        this.#response(this.#status, "a response without Content-Length");
        this.close();
        return;
      }
      this.#missing = Number(length) - (buffer.length - end - headEnd.length);
    } else this.#missing -= chunk.length;
    if (this.#missing > 0) return;
    this.#missing = undefined;
    this.#response(this.#status, "");
  }

  #response(status: number, problem: string): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.onResponse(status, problem);
  }
}
