import { createServer } from "node:net";
import { findListeners } from "../local/daemon/listeners.ts";

/** Numbers above those of environments (`cli/environment/network.ts`). */
const [first, last] = [200, 254];
const count = last - first + 1;

/**
 * Reserves a loopback network for this process until it ends, also against tests of another checkout: `127.201`
 * stands for 127.201.0.0/16. The lock is a socket in Linux's abstract namespace, which belongs to the network
 * namespace of the loopback interface, opens for one process only and is gone with it. @throws Error when all are
 * reserved or listened in
 */
export async function reserveNetwork(): Promise<string> {
  for (let probe = 0; probe < count; probe += 1) {
    const network = `127.${first + ((process.pid + probe) % count)}`;
    if ((await reserve(network)) && findListeners(network).length === 0) return network;
  }
  throw new Error(`No loopback network from 127.${first} to 127.${last} is free.`);
}

function reserve(network: string): Promise<boolean> {
  const socket = createServer();
  return new Promise((resolve, reject) => {
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    socket.listen({ path: `\0dmm-env-tests-${network}` }, () => resolve(true));
    socket.unref();
  });
}
