import { connect, type Socket } from "node:net";
import { waitUntil } from "../wait-until.ts";

/** A client that sends raw bytes in pieces, and stores what it receives. */
export class OpenClient {
  readonly socket: Socket;
  text = "";
  /** The other side has ended its half. */
  ended = false;
  closed = false;
  error: string | undefined;

  constructor(origin: string) {
    const { hostname, port } = new URL(origin);
    this.socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    this.socket.setNoDelay(true);
    this.socket.on("data", (chunk) => {
      this.text += chunk.toString("latin1");
    });
    this.socket.on("end", () => {
      this.ended = true;
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
    this.socket.on("close", () => {
      this.closed = true;
    });
  }

  send(text: string): void {
    this.socket.write(Buffer.from(text, "latin1"));
  }

  async waitFor(text: string): Promise<void> {
    await waitUntil(`${JSON.stringify(text)} arrives, not ${JSON.stringify(this.text.slice(-300))}`, () =>
      this.text.includes(text),
    );
  }

  async waitUntilEnded(withinMs = 60_000): Promise<void> {
    await waitUntil("the connection is ended", () => this.ended || this.closed, withinMs);
  }

  /** All statuses in order, including interim ones. */
  get statuses(): readonly number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
  }

  leave(): void {
    this.socket.destroy();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}
