import type { ServerResponse } from "node:http";

/**
 * Sends the header section of a response before its body. Node writes one that is sent separately in its
 * connection's default encoding, UTF-8: each byte above 0x7f from an upstream would become two.
 */
export function flushHead(response: ServerResponse): void {
  if (response.destroyed) return;
  const { socket } = response;
  socket?.setDefaultEncoding("latin1");
  response.flushHeaders();
  socket?.setDefaultEncoding("utf8");
}
