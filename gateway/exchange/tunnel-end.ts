import type { Socket } from "node:net";

/** One side of a connection that requested an upgrade to WebSocket. */
export interface TunnelEnd {
  readonly socket: Socket;
  /** Bytes that arrived after its request or response. */
  readonly head: Buffer;
}
