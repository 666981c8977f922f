import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/**
 * Binds a port of an address briefly and returns it; with 0 the kernel chooses one. What the kernel allows can
 * only be tried: [::] may include IPv4, and low ports may be reserved. Throws Node's error (`EADDRINUSE`,
 * `EACCES`).
 */
export async function bindBriefly(address: string, port: number): Promise<number> {
  const server = createServer();
  server.listen(port, address);
  await once(server, "listening");
  const bound = (server.address() as AddressInfo).port;
  server.close();
  await once(server, "close");
  return bound;
}

/** Whether this process could listen on the port now. */
export async function isFree(address: string, port: number): Promise<boolean> {
  return await bindBriefly(address, port).then(
    () => true,
    () => false,
  );
}
