import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";

/** Tried in this order if production's own port is unavailable; 0 lets the system choose. */
const alternatives = [8443, 9443, 10_443, 0] as const;
/** Host number for trying ports; the region never assigns it. */
const probeHost = 9;

/**
 * The port of an environment's ingress on this machine: production's, if this user may bind it and no other
 * program uses it on every address, else the next best.
 */
export async function chooseIngressPort(network: number, production: number): Promise<number> {
  const address = `127.${network}.0.${probeHost}`;
  let failure: unknown;
  for (const port of [production, ...alternatives]) {
    try {
      return await bindBriefly(address, port);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Rejects if the port cannot be bound; what the kernel allows can only be tried. */
async function bindBriefly(address: string, port: number): Promise<number> {
  const server = createServer();
  server.listen(port, address);
  await once(server, "listening");
  const bound = (server.address() as AddressInfo).port;
  server.close();
  await once(server, "close");
  return bound;
}

/** Whether a program of this machine listens on a port of all addresses, loopback included; see proc(5). */
export function listensOnEveryAddress(port: number): boolean {
  const wanted = new RegExp(`^0+:${port.toString(16).padStart(4, "0")}$`, "i");
  return ["/proc/net/tcp", "/proc/net/tcp6"].some((file) =>
    readTable(file).some(([, local = "", , state]) => state === "0A" && wanted.test(local)),
  );
}

function readTable(file: string): readonly (readonly string[])[] {
  try {
    return readFileSync(file, "latin1")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/));
  } catch {
    // A kernel without IPv6 has no second table.
    return [];
  }
}
