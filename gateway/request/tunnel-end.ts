import type { Duplex } from "node:stream";

/** The client's side of a connection that asked to become a WebSocket. */
export interface TunnelEnd {
  readonly socket: Duplex;
  /** What the client sent beyond its request. */
  readonly head: Buffer;
}
