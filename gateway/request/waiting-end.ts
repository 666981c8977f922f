import type { TunnelEnd } from "../exchange/tunnel-end.ts";

/** What a client may send before it knows that its handshake succeeded, in bytes. */
const earlyLimit = 65_536;

/** The client's end while the upstream is asked: it is read, because otherwise nobody would notice that it left. */
export class WaitingEnd {
  readonly #end: TunnelEnd;
  readonly #early: Buffer[] = [];
  #bytes = 0;

  constructor(end: TunnelEnd) {
    this.#end = end;
    end.socket.on("data", this.#keep);
    end.socket.on("end", this.#leave);
  }

  /** The end with all that came, not read any more. */
  release(): TunnelEnd {
    const { socket, head } = this.#end;
    socket.pause();
    socket.off("data", this.#keep);
    socket.off("end", this.#leave);
    return { socket, head: Buffer.concat([head, ...this.#early]) };
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#early.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > earlyLimit) this.#end.socket.pause();
  };

  readonly #leave = (): void => {
    this.#end.socket.destroy();
  };
}
