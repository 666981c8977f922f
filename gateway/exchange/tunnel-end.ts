import type { Duplex } from "node:stream";

/** One side of a connection that asked to become a WebSocket. */
export interface TunnelEnd {
  readonly socket: Duplex;
  /** What came beyond its request or answer. */
  readonly head: Buffer;
}
