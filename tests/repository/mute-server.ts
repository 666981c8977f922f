import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Test } from "tap";

/** Starts a server that accepts connections, reads requests and never responds; returns its URL. */
export async function startMuteServer(t: Test, address: string): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).resume();
  }).listen(0, address);
  await once(server, "listening");
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return `http://${address}:${bound.port}`;
}
