import type { ServerResponse } from "node:http";

/**
 * Sends the head of a response before its body. Node writes a head that leaves alone in its connection's default
 * encoding, which is UTF-8: each byte above 0x7f of what an upstream sent would become two.
 */
export function flushHead(response: ServerResponse): void {
  if (response.destroyed) return;
  const { socket } = response;
  socket?.setDefaultEncoding("latin1");
  response.flushHeaders();
  socket?.setDefaultEncoding("utf8");
}
