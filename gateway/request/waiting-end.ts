import type { TunnelEnd } from "../exchange/tunnel-end.ts";

/** What a client may send before it knows that its handshake succeeded, in bytes. */
const earlyLimit = 65_536;

/**
 * The client's side while the upstream is asked: it is read, because otherwise a disconnect would go unnoticed.
 */
export class WaitingEnd {
  readonly #end: TunnelEnd;
  readonly #early: Buffer[] = [];
  #bytes = 0;

  constructor(end: TunnelEnd) {
    this.#end = end;
    end.socket.on("data", this.#keep);
    end.socket.on("end", this.#leave);
  }

  /** Returns the side with all received bytes and stops reading it. */
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
