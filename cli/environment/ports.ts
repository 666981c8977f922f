import { once } from "node:events";
import { createServer } from "node:net";

/** Host number of the address on which ports are tried; the region gives it to nobody. */
const probeHost = 9;
const attempts = 40;
const step = 1_000;

/** Redis Cluster's nodes speak to each other here. */
const busOffset = 10_000;

/** Keys of the program that hold a port inside the VPC, and what else is bound along with it. */
const offsets = { servicePort: [], databasePort: [], cachePort: [busOffset] } as const;

export type PortKey = keyof typeof offsets;

/** Ports by key of the program. */
export type Ports = Readonly<Partial<Record<PortKey, number>>>;

/**
 * Ports for an environment on this machine, where they differ from production's: a program that listens on a port of
 * every address, as servers in containers do, has it on the environment's loopback addresses too.
 */
export async function choosePorts(
  network: number,
  production: Readonly<Record<PortKey, number>>,
): Promise<Ports> {
  const address = `127.${network}.0.${probeHost}`;
  const chosen: Partial<Record<PortKey, number>> = {};
  for (const [key, along] of Object.entries(offsets) as [PortKey, readonly number[]][]) {
    const taken = new Set(Object.values({ ...production, ...chosen, [key]: undefined }));
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const port = production[key] + attempt * step;
      if (taken.has(port) || !(await areFree(address, [port, ...along.map((offset) => port + offset)])))
        continue;
      if (port !== production[key]) chosen[key] = port;
      break;
    }
  }
  return chosen;
}

async function areFree(address: string, ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await isFree(address, port))) return false;
  return true;
}

/** Nothing but trying tells: [::] may stand for IPv4 as well, and the kernel may keep ports for itself. */
async function isFree(address: string, port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, address);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
