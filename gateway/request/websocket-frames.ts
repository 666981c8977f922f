import { randomBytes } from "node:crypto";

/** RFC 6455 section 5.2: two bytes, up to eight of a longer length, four of a mask. */
const shortestHead = 2;

/**
 * Tracks frame boundaries in one direction of a WebSocket: a frame of our own may be inserted only between two
 * frames.
 */
export class FrameBoundary {
  #head: number[] = [];
  #headLength = shortestHead;
  /** Payload bytes still to come. */
  #left = 0;

  /** Whether the next byte begins a frame. */
  get isBetween(): boolean {
    return this.#left === 0 && this.#head.length === 0;
  }

  pass(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
      } else this.#takeHeadByte(chunk[at++]!);
    }
  }

  #takeHeadByte(byte: number): void {
    this.#head.push(byte);
    const [, second = 0] = this.#head;
    const length = second & 0x7f;
    if (this.#head.length === shortestHead)
      this.#headLength = shortestHead + countLengthBytes(length) + (second & 0x80 ? 4 : 0);
    if (this.#head.length < this.#headLength) return;
    const long = this.#head.slice(shortestHead, shortestHead + countLengthBytes(length));
    this.#left = long.length === 0 ? length : long.reduce((sum, part) => sum * 256 + part, 0);
    this.#head = [];
    this.#headLength = shortestHead;
  }
}

function countLengthBytes(length: number): number {
  return length === 126 ? 2 : length === 127 ? 8 : 0;
}

/**
 * Close status of a tunnel (RFC 6455 section 7.4.1): the gateway shuts down or time is over; the client is no
 * longer authorized.
 */
export type CloseStatus = 1001 | 1008;

/** Creates a close frame, masked if it is a client's. */
export function createClose(code: CloseStatus, { masked }: { readonly masked: boolean }): Buffer {
  const status = Buffer.from([code >> 8, code & 0xff]);
  if (!masked) return Buffer.concat([Buffer.from([0x88, 0x02]), status]);
  const mask = randomBytes(4);
  const covered = status.map((byte, index) => byte ^ mask[index]!);
  return Buffer.concat([Buffer.from([0x88, 0x82]), mask, covered]);
}
