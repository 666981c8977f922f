import { reserveNetwork, temporaryNetworks } from "../../../machine/loopback-networks.ts";

/** The addresses of all processes, in one loopback network that no environment, test or other benchmark uses. */
export interface Network {
  readonly upstream: string;
  readonly database: string;
  readonly redis: readonly string[];
  /** The address of the n-th contender, gateway or front proxy. */
  contender(index: number): string;
}

/** Everything except the stores listens on this port. */
export const httpPort = 8080;

/** Reserves a network for this process until it ends. @throws Error when none is free */
export async function planNetwork(): Promise<Network> {
  const block = await reserveNetwork(temporaryNetworks);
  if (block === undefined) throw new Error("No loopback network for benchmarks is free.");
  return {
    upstream: `${block}.1.1`,
    database: `${block}.1.10`,
    redis: [1, 2, 3].map((index) => `${block}.2.${index}`),
    contender: (index) => `${block}.3.${index + 1}`,
  };
}
