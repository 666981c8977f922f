import { once } from "node:events";
import { connect } from "node:net";

/** Sends bytes as they are and gives back everything that came until the other side closed or `withinMs` passed. */
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

/** Status of the first answer, 0 if none came. */
export function readStatus(received: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0);
}
