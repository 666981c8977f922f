import { once } from "node:events";
import { connect } from "node:net";

/** Sends raw bytes and returns everything received until the other side closed or `withinMs` passed. */
export async function sendRaw(origin: string, text: string, withinMs = 10_000): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  const timer = setTimeout(() => socket.destroy(), withinMs);
  socket.write(Buffer.from(text, "latin1"));
  await once(socket, "close");
  clearTimeout(timer);
  return received;
}

/** Status of the first response, 0 if there was none. */
export function readStatus(received: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0);
}
