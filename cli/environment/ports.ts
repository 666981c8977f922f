import { isFree } from "../../machine/ports.ts";

/** Host number for trying ports; the region never assigns it. */
const probeHost = 9;
const attempts = 40;
const step = 1_000;

/** Redis Cluster's nodes communicate with each other here. */
const busOffset = 10_000;

/** The program's keys for ports inside the VPC, and which further ports are bound with each. */
const offsets = { servicePort: [], databasePort: [], cachePort: [busOffset] } as const;

export type PortKey = keyof typeof offsets;

/** Ports by key of the program. */
export type Ports = Readonly<Partial<Record<PortKey, number>>>;

/**
 * Ports of a local environment that differ from production's: a program that listens on a port of every address,
 * like servers in containers, also occupies it on the environment's loopback addresses.
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
