import { reserveNetwork as reserve, temporaryNetworks } from "../machine/loopback-networks.ts";

/**
 * Reserves a loopback network for this process until it ends, also against tests of another checkout: `127.201` stands for
 * 127.201.0.0/16. No environment gets it. @throws Error when all are reserved or in use
 */
export async function reserveNetwork(): Promise<string> {
  const network = await reserve(temporaryNetworks);
  if (network === undefined) throw new Error("No loopback network for tests is free.");
  return network;
}
