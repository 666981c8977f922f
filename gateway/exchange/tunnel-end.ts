import type { Duplex } from "node:stream";

/** One side of a connection that requested an upgrade to WebSocket. */
export interface TunnelEnd {
  readonly socket: Duplex;
  /** Bytes that arrived after its request or response. */
  readonly head: Buffer;
}
