import { findListeners, readListeners } from "./listeners.ts";
import { reserveSocketName } from "./socket-name.ts";

/** Numbers E of loopback networks 127.E.0.0/16. */
export interface NetworkRange {
  readonly first: number;
  readonly count: number;
}

/** Networks of environments; each is reserved by a file until the environment is torn down. */
export const environmentNetworks: NetworkRange = { first: 10, count: 190 };

/** Networks of tests and benchmarks; each is reserved by a process until it ends. */
export const temporaryNetworks: NetworkRange = { first: 200, count: 55 };

/** The numbers of a range, each once, starting at some number in it. */
export function* numbersFrom({ first, count }: NetworkRange, start: number): Generator<number> {
  for (let step = 0; step < count; step += 1) yield first + ((start + step) % count);
}

/** The number of an address's network: 23 for `127.23.0.10:8443`; undefined outside 127.0.0.0/8. */
export function networkOf(address: string): number | undefined {
  const number = /^127\.(\d+)\./.exec(address)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Numbers of every loopback network in which a process of this machine listens. */
export function readListeningNetworks(): ReadonlySet<number> {
  return new Set(readListeners().flatMap(({ address }) => networkOf(address) ?? []));
}

/**
 * Reserves a free network of a range for this process until it ends, also against processes of another checkout:
 * `127.201` means 127.201.0.0/16. Undefined when all are reserved or in use.
 */
export async function reserveNetwork(range: NetworkRange): Promise<string | undefined> {
  for (const number of numbersFrom(range, process.pid)) {
    const network = `127.${number}`;
    const isReserved = await reserveSocketName(`dmm-env-network-${network}`);
    if (isReserved && findListeners(network).length === 0) return network;
  }
  return undefined;
}
